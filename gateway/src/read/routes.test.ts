import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertRows, sqlDay, sqlTime } from '../db/query.ts'
import { ACME, insertExample } from './example.fixture.ts'
import { createReadRoutes } from './routes.ts'
import { daysAgo, MODELS, NOW } from './rows.fixture.ts'
import { createReader } from './warehouseReader.ts'

const KEYS = new Map([
  ['sk_reader', { name: 'reader', scopes: ['read'] }],
  ['sk_importer', { name: 'importer', scopes: ['import'] }],
])
const iso = (days: number) => new Date(daysAgo(days)).toISOString()

/** A period whose statistics take for ever. */
const LONG_LOOK = Date.UTC(2020, 0, 1)

describe('the read API', () => {
  let test: TestDatabase
  let app: Hono
  const asked: [number, number][] = []
  beforeAll(async () => {
    test = await testDatabase()
    await insertExample(test.db)
    const readStats = async (from: number, to: number, signal: AbortSignal) => {
      asked.push([from, to])
      if (from === LONG_LOOK) await new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason)))
      return { received: 0 }
    }
    const routes = createReadRoutes({
      reader: createReader({ db: test.db, models: MODELS, now: () => NOW }),
      keys: { secretKey: presented => KEYS.get(presented) ?? null },
      models: MODELS,
      now: () => NOW,
      readStats,
    })
    app = new Hono().route('/', routes)
  })
  afterAll(() => test.close())

  async function get(path: string, headers: Record<string, string> = { authorization: 'Bearer sk_reader' }) {
    const response = await app.request(path, { headers })
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
    return { status: response.status, headers: response.headers, body: (await response.json()) as any }
  }

  it('ends a look at the statistics with the connection of who asked, and calls it no failure', async () => {
    const asker = new AbortController()
    const answer = app.request('/v1/stats?from=2020-01-01', { headers: { authorization: 'Bearer sk_reader' }, signal: asker.signal })
    while (asked.at(-1)?.[0] !== LONG_LOOK) await new Promise(setImmediate)
    asker.abort()
    expect((await answer).status).toBe(408)
    asked.length = 0
  })

  it('tells an account in the shape of the contract, by any of its keys', async () => {
    const byDomain = await get('/v1/accounts/acme.example')
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
    for (const key of ['acme', 'ACME.example', ACME.accountId]) expect((await get(`/v1/accounts/${key}`)).body, key).toEqual(byDomain.body)
  })

  it('explains a score by reasons that add up to its points', async () => {
    const { body } = await get('/v1/accounts/acme/score')
    expect(body).toMatchObject({ score: 66.41, points: 43.6417, band: 'warm', at: '2026-11-20T00:00:00.000Z' })
    const sum = body.reasons.reduce((total: number, reason: { points: number }) => total + reason.points, 0)
    expect(Math.abs(sum - body.points)).toBeLessThan(1e-9)
    expect(body.reasons[0]).toEqual({
      text: expect.stringMatching(/^Ana Silva requested a demo.*: \+31\.2 points$/),
      kind: 'touch',
      person: 'Ana Silva',
      profileId: 'p_000000000000000000000ana',
      type: 'Demo Requested',
      topic: '',
      category: 'handraise',
      points: 31.2,
      count: 1,
      lastAt: iso(3),
    })
    expect(body.reasons.at(-1)).toMatchObject({ kind: 'other', person: null, lastAt: null })
  })

  it('never tells points and reasons of different moments: a row without its reasons yet is computed instead', async () => {
    const day = sqlDay(daysAgo(5))
    const row = { account_id: ACME.accountId, model: 'intent', model_version: 1, day, score: 40, points: 20.39, band: 'engaged' }
    await insertRows(test.db.client, 'account_scores', [row])
    const { body } = await get(`/v1/accounts/acme/score?at=${day}`)
    const sum = body.reasons.reduce((points: number, reason: { points: number }) => points + reason.points, 0)
    expect(Math.abs(sum - body.points)).toBeLessThan(1e-9)
    expect(body.points).not.toBe(20.39)
  })

  it('scores a past day by its own row, and a day before everything as nothing', async () => {
    expect((await get('/v1/accounts/acme/score?at=2026-11-19')).body).toMatchObject({
      score: 1,
      points: 0.4,
      at: '2026-11-19T00:00:00.000Z',
    })
    expect((await get('/v1/accounts/acme/score?at=2026-11-19T23:59:59%2B00:00')).body.score).toBe(1)
    expect((await get('/v1/accounts/acme/score?at=2020-01-01')).body).toMatchObject({
      score: 0,
      points: 0,
      reasons: [],
      at: '2020-01-01T00:00:00.000Z',
    })
  })

  it('scores a day that is not stored from its touches, with reasons that add up as well', async () => {
    const touch = {
      node_type: 'user_id',
      node: 'u_ana',
      account_hint: '',
      topic: '',
      n: 1,
      first_message_id: 'x',
      version: 1,
      is_deleted: 0,
    }
    await insertRows(test.db.client, 'touch_daily', [
      { ...touch, type: 'Demo Requested', day: sqlDay(daysAgo(30)), first_at: sqlTime(daysAgo(30)), last_at: sqlTime(daysAgo(30)) },
      { ...touch, type: 'Pricing Viewed', day: sqlDay(daysAgo(33)), first_at: sqlTime(daysAgo(33)), last_at: sqlTime(daysAgo(33)) },
    ])
    const { body } = await get(`/v1/accounts/acme/score?at=${sqlDay(daysAgo(30))}`)
    expect(body.score).toBeGreaterThan(50)
    expect(body).toMatchObject({
      at: `${sqlDay(daysAgo(30))}T00:00:00.000Z`,
      band: null,
      reasons: [{ type: 'Demo Requested', person: 'Ana Silva', count: 1 }, { type: 'Pricing Viewed' }],
    })
    const sum = body.reasons.reduce((total: number, reason: { points: number }) => total + reason.points, 0)
    expect(Math.abs(sum - body.points)).toBeLessThan(1e-9)
  })

  it('tells the journey as intervals that touch, the last one open', async () => {
    const { body } = await get('/v1/accounts/acme/journey?model=journey5')
    expect(body).toMatchObject({ model: 'journey5', version: 1 })
    expect(
      body.intervals.map((interval: { stage: string; enteredAt: string; exitedAt: string }) => [
        interval.stage,
        interval.enteredAt,
        interval.exitedAt,
      ]),
    ).toEqual([
      ['aware', iso(41.2), iso(30)],
      ['consider', iso(30), iso(14)],
      ['aware', iso(14), iso(3)],
      ['evaluate', iso(3), null],
    ])
    expect(body.intervals[2]).toMatchObject({ direction: 'back', rule: 'no longer held', evidence: ['e3'], status: 'active' })
  })

  it('pages the timeline', async () => {
    const first = await get('/v1/accounts/acme/timeline?limit=5')
    expect(first.body.data.map((event: { messageId: string }) => event.messageId)).toEqual(['e7', 'e6', 'e5', 'e4', 'e3'])
    const second = await get(`/v1/accounts/acme/timeline?limit=5&cursor=${first.body.nextCursor}`)
    expect(second.body.data.map((event: { messageId: string }) => event.messageId)).toEqual(['e2', 'e1'])
    expect(second.body).toMatchObject({ nextCursor: null, data: [{ person: { label: 'Ana Silva' } }, { at: iso(41.2) }] })
  })

  it('tells a profile by any of its identifiers, and its merges', async () => {
    const byUser = await get('/v1/profiles/user_id/u_ana')
    expect(byUser.body).toMatchObject({
      profileId: 'p_000000000000000000000ana',
      traits: { name: 'Ana Silva', title: 'VP Operations' },
      accounts: [{ accountId: ACME.accountId, certainty: 0.9, to: null }],
    })
    expect(byUser.body.identifiers).toContainEqual({ type: 'user_id', value: 'u_ana', firstSeenAt: iso(12), lastSeenAt: iso(3) })
    expect((await get('/v1/profiles/email/Ana%40ACME.example')).body).toEqual(byUser.body)
    const merges = await get('/v1/profiles/anonymous_id/anon-ana/merges')
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
    await get('/v1/stats?from=2026-11-01&to=2026-11-02T00:00:00Z')
    await get('/v1/stats')
    expect(asked).toEqual([
      [Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 2)],
      [0, NOW + 1],
    ])
  })

  it('asks for a secret key', async () => {
    for (const headers of [{}, { authorization: 'Bearer sk_unknown' }, { authorization: 'Basic c2tfcmVhZGVyOg==' }] as Record<
      string,
      string
    >[]) {
      const { status, body, headers: answered } = await get('/v1/accounts', headers)
      expect(status).toBe(401)
      expect(body.error).toMatchObject({ code: 'unauthorized', message: expect.stringContaining('Bearer') })
      expect(answered.get('www-authenticate')).toBe('Bearer')
    }
  })

  it('refuses a key without the scope, and any secret key from a web page', async () => {
    const scope = await get('/v1/accounts', { authorization: 'Bearer sk_importer' })
    expect([scope.status, scope.body.error.code]).toEqual([403, 'missing_scope'])
    const page = await get('/v1/accounts', { authorization: 'Bearer sk_reader', origin: 'https://www.acme.example' })
    expect([page.status, page.body.error.code]).toEqual([403, 'secret_key_in_browser'])
  })

  it.each([
    '/v1/accounts',
    '/v1/accounts/acme',
    '/v1/accounts/acme/score',
    '/v1/accounts/acme/journey',
    '/v1/accounts/acme/timeline',
    '/v1/profiles/user_id/u_ana',
    '/v1/profiles/user_id/u_ana/merges',
    '/v1/stats',
  ])('keeps %s closed without a key', async path => {
    expect((await get(path, {})).status).toBe(401)
  })

  it.each([
    ['/v1/accounts?limit=0', 'limit'],
    ['/v1/accounts?limit=201', 'limit'],
    ['/v1/accounts?limit=ten', 'limit'],
    ['/v1/accounts?sort=score;DROP', 'sort'],
    ['/v1/accounts?stage=nowhere', 'stage'],
    ['/v1/accounts?band=tepid', 'band'],
    ['/v1/accounts?status=asleep', 'status'],
    ['/v1/accounts?cursor=abc', 'cursor'],
    [`/v1/accounts?q=${'x'.repeat(201)}`, 'q'],
    ['/v1/accounts/acme/score?at=yesterday', 'at'],
    ['/v1/accounts/acme/score?at=2026-02-30', 'at'],
    ['/v1/accounts/acme/score?at=2026-03-01T09:05:00', 'at'],
    ['/v1/accounts/acme/journey?model=other', 'model'],
    ['/v1/accounts/acme/timeline?cursor=W10', 'cursor'],
    ['/v1/stats?from=2026-03-02&to=2026-03-01', 'from'],
  ])('answers 400 to %s and names the parameter', async (path, name) => {
    const { status, body } = await get(path)
    expect(status).toBe(400)
    expect(body.error).toMatchObject({ code: 'bad_parameter', message: expect.stringContaining(`“${name}”`) })
  })

  it('says what to look at when there is no such account or profile', async () => {
    const account = await get('/v1/accounts/nobody.example')
    expect(account.status).toBe(404)
    expect(account.body.error).toMatchObject({ code: 'unknown_account', message: expect.stringContaining('/v1/accounts?q=') })
    expect((await get('/v1/accounts/nobody.example/score')).status).toBe(404)
    expect((await get('/v1/profiles/user_id/nobody')).body.error.code).toBe('unknown_profile')
    expect((await get('/v1/profiles/user_id/nobody/merges')).status).toBe(404)
  })
})
