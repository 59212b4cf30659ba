import { describe, expect, it } from 'vitest'
import { insertRows, sqlDay, sqlTime } from '../db/query.ts'
import { ACME } from './example.fixture.ts'
import { readApi } from './readApi.fixture.ts'
import { daysAgo } from './rows.fixture.ts'
import type { Score } from './shapes.ts'

const api = readApi()
const iso = (days: number) => new Date(daysAgo(days)).toISOString()

function expectToAddUp({ reasons, points }: { reasons: readonly { points: number }[]; points: number }): void {
  expect(Math.abs(reasons.reduce((sum, reason) => sum + reason.points, 0) - points)).toBeLessThan(1e-9)
}

describe('the read API, of a score,', () => {
  it('explains a score by reasons that add up to its points', async () => {
    const { body } = await api().get<Score>('/v1/accounts/acme/score')
    expect(body).toMatchObject({ score: 66.41, points: 43.6417, band: 'warm', at: '2026-11-20T00:00:00.000Z' })
    expectToAddUp(body)
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
    await insertRows(api().test.db.client, 'account_scores', [row])
    const { body } = await api().get<Score>(`/v1/accounts/acme/score?at=${day}`)
    expectToAddUp(body)
    expect(body.points).not.toBe(20.39)
  })

  it('scores a past day by its own row, and a day before everything as nothing', async () => {
    expect((await api().get<Score>('/v1/accounts/acme/score?at=2026-11-19')).body).toMatchObject({
      score: 1,
      points: 0.4,
      at: '2026-11-19T00:00:00.000Z',
    })
    expect((await api().get<Score>('/v1/accounts/acme/score?at=2026-11-19T23:59:59%2B00:00')).body.score).toBe(1)
    expect((await api().get<Score>('/v1/accounts/acme/score?at=2020-01-01')).body).toMatchObject({
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
    await insertRows(api().test.db.client, 'touch_daily', [
      { ...touch, type: 'Demo Requested', day: sqlDay(daysAgo(30)), first_at: sqlTime(daysAgo(30)), last_at: sqlTime(daysAgo(30)) },
      { ...touch, type: 'Pricing Viewed', day: sqlDay(daysAgo(33)), first_at: sqlTime(daysAgo(33)), last_at: sqlTime(daysAgo(33)) },
    ])
    const { body } = await api().get<Score>(`/v1/accounts/acme/score?at=${sqlDay(daysAgo(30))}`)
    expect(body.score).toBeGreaterThan(50)
    expect(body).toMatchObject({
      at: `${sqlDay(daysAgo(30))}T00:00:00.000Z`,
      band: null,
      reasons: [{ type: 'Demo Requested', person: 'Ana Silva', count: 1 }, { type: 'Pricing Viewed' }],
    })
    expectToAddUp(body)
  })
})
