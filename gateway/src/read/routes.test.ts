import { describe, expect, it } from 'vitest'
import type { MergeList, TimelineList } from '../openapi/answers.ts'
import { ACME } from './example.fixture.ts'
import { LONG_LOOK, readApi } from './readApi.fixture.ts'
import { daysAgo, NOW } from './rows.fixture.ts'
import type { Journey, Profile } from './shapes.ts'

const api = readApi()
const iso = (days: number) => new Date(daysAgo(days)).toISOString()

describe('the read API', () => {
  it('ends a look at the statistics with the connection of who asked, and calls it no failure', async () => {
    const asker = new AbortController()
    const answer = api().app.request('/v1/stats?from=2020-01-01', { headers: { authorization: 'Bearer sk_reader' }, signal: asker.signal })
    while (api().asked.at(-1)?.[0] !== LONG_LOOK) await new Promise(setImmediate)
    asker.abort()
    expect((await answer).status).toBe(408)
    api().asked.length = 0
  })

  it('tells an account in the shape of the contract, by any of its keys', async () => {
    const byDomain = await api().get('/v1/accounts/acme.example')
    expect(byDomain.status).toBe(200)
    expect(byDomain.body).toEqual({
      accountId: ACME.accountId,
      name: 'Acme Logistics',
      domain: 'acme.example',
      label: 'Acme Logistics',
      traits: { industry: 'Logistics', employees: 420, website: 'https://acme.example/', plan: 'team' },
      intent: {
        score: 66.41,
        points: 43.6417,
        band: 'warm',
        change7d: 66.41,
        weekly: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 66.41],
        grade: null,
        confidence: null,
        surge: 81.2,
        percentile: null,
        scoredAt: '2026-11-20T00:00:00.000Z',
        modelVersion: 1,
      },
      fit: { score: null, letter: null, completeness: null },
      journey: { model: 'journey5', stage: 'evaluate', since: iso(3), status: 'active', statusSince: iso(3) },
      peopleCount: 2,
      people: [
        expect.objectContaining({ name: 'Bo Li', role: 'known', title: null, lastSeenAt: iso(2) }),
        {
          profileId: 'p_000000000000000000000ana',
          label: 'Ana Silva',
          name: 'Ana Silva',
          email: 'ana@acme.example',
          title: 'VP Operations',
          role: 'decisionMaker',
          identifiers: [
            { type: 'user_id', value: 'u_ana' },
            { type: 'email', value: 'ana@acme.example' },
            { type: 'anonymous_id', value: 'anon-ana' },
          ],
          rule: 'email_domain',
          certainty: 0.9,
          since: iso(60),
          firstSeenAt: iso(12),
          lastSeenAt: iso(3),
        },
      ],
      lastTouchAt: iso(2),
      firstSeenAt: iso(200),
      keys: [
        { kind: 'domain', value: 'acme.example' },
        { kind: 'group_id', value: 'acme' },
      ],
    })
    for (const key of ['acme', 'ACME.example', ACME.accountId])
      expect((await api().get(`/v1/accounts/${key}`)).body, key).toEqual(byDomain.body)
  })

  it('tells the journey as intervals that touch, the last one open', async () => {
    const { body } = await api().get<Journey>('/v1/accounts/acme/journey?model=journey5')
    expect(body).toMatchObject({ model: 'journey5', version: 1 })
    expect(body.intervals.map(interval => [interval.stage, interval.enteredAt, interval.exitedAt])).toEqual([
      ['aware', iso(41.2), iso(30)],
      ['consider', iso(30), iso(14)],
      ['aware', iso(14), iso(3)],
      ['evaluate', iso(3), null],
    ])
    expect(body.intervals[2]).toMatchObject({ direction: 'back', rule: 'no longer held', evidence: ['e3'], status: 'active' })
  })

  it('pages the timeline', async () => {
    const first = await api().get<TimelineList>('/v1/accounts/acme/timeline?limit=5')
    expect(first.body.data.map(event => event.messageId)).toEqual(['e7', 'e6', 'e5', 'e4', 'e3'])
    const second = await api().get<TimelineList>(`/v1/accounts/acme/timeline?limit=5&cursor=${first.body.nextCursor}`)
    expect(second.body.data.map(event => event.messageId)).toEqual(['e2', 'e1'])
    expect(second.body).toMatchObject({ nextCursor: null, data: [{ person: { label: 'Ana Silva' } }, { at: iso(41.2) }] })
  })

  it('tells a profile by any of its identifiers, and its merges', async () => {
    const byUser = await api().get<Profile>('/v1/profiles/user_id/u_ana')
    expect(byUser.body).toMatchObject({
      profileId: 'p_000000000000000000000ana',
      traits: { name: 'Ana Silva', title: 'VP Operations' },
      accounts: [{ accountId: ACME.accountId, certainty: 0.9, to: null }],
    })
    expect(byUser.body.identifiers).toContainEqual({ type: 'user_id', value: 'u_ana', firstSeenAt: iso(12), lastSeenAt: iso(3) })
    expect((await api().get('/v1/profiles/email/Ana%40ACME.example')).body).toEqual(byUser.body)
    const merges = await api().get<MergeList>('/v1/profiles/anonymous_id/anon-ana/merges')
    expect(merges.body.data).toEqual([
      {
        mergeId: 'm_1',
        kind: 'merge',
        rule: 'user_id–anonymous_id',
        left: { type: 'user_id', value: 'u_ana' },
        right: { type: 'anonymous_id', value: 'anon-ana' },
        evidence: { count: 3 },
        at: iso(11.9),
      },
    ])
  })

  it('hands bounds on to the statistics, everything until now without them', async () => {
    await api().get('/v1/stats?from=2026-11-01&to=2026-11-02T00:00:00Z')
    await api().get('/v1/stats')
    expect(api().asked).toEqual([
      [Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 2)],
      [0, NOW + 1],
    ])
  })
})
