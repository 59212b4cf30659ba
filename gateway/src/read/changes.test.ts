import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertRows, sqlTime } from '../db/query.ts'
import { runJob } from '../jobs/job.fixture.ts'
import { scoresJob } from '../jobs/scores.ts'
import { scoreIntent } from '../model/intent/intent.ts'
import type { IntentTouch } from '../model/intent/intentEvidence.ts'
import { storeAccounts, touchOf } from '../model/intent/scoreRows.fixture.ts'
import { movesSince, readChanges } from './accountChanges.ts'
import { changedParts, MOST_CHANGES, newProfiles, SMALLEST_CHANGE, topicShares } from './changes.ts'
import { readHistory } from './history.ts'
import { MODELS } from './rows.fixture.ts'
import { DAY_MS } from './times.ts'

const TODAY = 20_500
const FROM = TODAY - 7
const MODEL = MODELS.intent

const touch = (profileId: string, type: string, day: number, more: Partial<IntentTouch> = {}) =>
  touchOf({ profileId, type, day, n: 1, identified: true, role: 1, topic: '', ...more })

/** Parts of both days, and what changed. */
function compared(touches: readonly IntentTouch[]) {
  const before = scoreIntent(MODEL, touches, FROM)
  const now = scoreIntent(MODEL, touches, TODAY)
  const since = touches.filter(({ day }) => day > FROM && day <= TODAY)
  return { before, now, ...changedParts(before.parts, now.parts, since) }
}

describe('what changed between two days', () => {
  it('adds up to the change of the points, whatever was done', () => {
    const any = fc.record({
      profileId: fc.constantFrom('ana', 'bo', 'cy', 'di'),
      type: fc.constantFrom('Demo Requested', 'Pricing Viewed', 'Page Viewed', 'Content Downloaded', 'Careers Viewed', 'Unknown Type'),
      topic: fc.constantFrom('', 'fleet', 'routing'),
      day: fc.integer({ min: TODAY - 120, max: TODAY }),
      n: fc.integer({ min: 1, max: 30 }),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), drawn => {
        const touches = drawn.map(({ profileId, type, day, ...more }) =>
          touch(profileId, type, day, { ...more, identified: profileId !== 'di' }),
        )
        const { before, now, shown, other } = compared(touches)
        const sum = shown.reduce((total, { change }) => total + change, other)
        expect(sum).toBeCloseTo(now.points - before.points, 9)
        expect(shown.length).toBeLessThanOrEqual(MOST_CHANGES)
        for (const one of shown) {
          expect(Math.abs(one.change)).toBeGreaterThanOrEqual(SMALLEST_CHANGE)
          expect(one.change).toBe(one.now - one.before)
        }
      }),
    )
  })

  it('tells reasons that came, grew, shrank and faded apart', () => {
    const { shown } = compared([
      touch('ana', 'Demo Requested', TODAY - 2),
      touch('bo', 'Content Downloaded', TODAY - 20),
      touch('bo', 'Content Downloaded', TODAY - 1, { n: 2 }),
      touch('cy', 'Contact Sales Submitted', TODAY - 30),
      touch('di', 'Meeting Booked', TODAY - 8, { n: 9 }),
      touch('di', 'Meeting Booked', TODAY - 7, { n: 9 }),
      touch('di', 'Meeting Booked', TODAY - 6, { n: 1, q: 0.01 }),
    ])
    const how = Object.fromEntries(
      shown.map(({ part, how, newCount }) => [`${part.kind} ${part.profileId} ${part.type}`.trim(), [how, newCount]]),
    )
    expect(how).toMatchObject({
      'touch ana Demo Requested': ['came', 1],
      'touch bo Content Downloaded': ['grew', 2],
      'touch cy Contact Sales Submitted': ['faded', 0],
      'touch di Meeting Booked': ['shrank', 1],
    })
  })

  it('compares all parts, not the largest five that are stored: what was small before has not come', () => {
    const busy = ['a', 'b', 'c', 'd', 'e', 'f'].map(name => touch(name, 'Demo Requested', TODAY - 10))
    const { shown } = compared([...busy, touch('g', 'Pricing Viewed', TODAY - 9), touch('g', 'Pricing Viewed', TODAY, { n: 5 })])
    expect(shown.find(({ part }) => part.profileId === 'g')?.how).toBe('grew')
  })

  it('calls new who and what was not there through the earlier day', () => {
    const touches = [
      touch('ana', 'Page Viewed', FROM, { topic: 'fleet' }),
      touch('ana', 'Page Viewed', FROM + 1, { topic: 'routing' }),
      touch('bo', 'Demo Requested', FROM + 1, { topic: 'fleet' }),
      touch('visitor', 'Page Viewed', TODAY, { identified: false }),
    ]
    expect(newProfiles(touches, FROM)).toEqual([
      { profileId: 'bo', identified: true },
      { profileId: 'visitor', identified: false },
    ])
    const topics = topicShares(scoreIntent(MODEL, touches, TODAY).parts, touches, FROM)
    expect(topics.map(({ topic, isNew }) => [topic, isNew])).toEqual([
      ['fleet', false],
      ['routing', true],
    ])
    expect(topics.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12)
  })

  it('tells moves since then with the place that was left', () => {
    const interval = (stage: string, status: string, enteredAt: string) =>
      ({ stage, status, enteredAt, exitedAt: null, direction: 'forward', rule: 'r', evidence: [] }) as const
    const moves = movesSince(
      [
        interval('aware', 'active', '2026-01-01T00:00:00.000Z'),
        interval('consider', 'active', '2026-01-08T10:00:00.000Z'),
        interval('consider', 'dormant', '2026-01-09T00:00:00.000Z'),
      ],
      Date.UTC(2026, 0, 8),
    )
    expect(moves.map(({ fromStage, toStage, toStatus }) => [fromStage, toStage, toStatus])).toEqual([
      ['aware', 'consider', 'active'],
      ['consider', 'consider', 'dormant'],
    ])
  })
})

describe('what changed at an account', () => {
  let test: TestDatabase
  const edges = () => ({ db: test.db, models: MODELS, now: () => TODAY * DAY_MS + 1000 })
  beforeAll(async () => {
    test = await testDatabase()
    const touches = [
      touch('ana', 'Pricing Viewed', TODAY - 40, { n: 3, topic: 'fleet' }),
      touch('ana', 'Contact Sales Submitted', TODAY - 30),
      touch('bo', 'Demo Requested', TODAY - 3, { role: 1.3, topic: 'routing' }),
      touch('visitor', 'Page Viewed', TODAY - 1, { identified: false, role: 0.4 }),
    ]
    await storeAccounts(test.db, new Map([['acme', touches]]))
    await insertRows(test.db.client, 'dirty_accounts', [{ account_id: 'acme', from_day: '2025-01-01', run: 1 }])
    await runJob(scoresJob, { db: test.db, models: { ...MODELS, journeys: [] }, now: TODAY * DAY_MS + 1000, run: 1 })
    await insertRows(test.db.client, 'stage_transitions', [
      ...[
        ['aware', 'consider', TODAY - 40],
        ['consider', 'evaluate', TODAY - 3],
      ].map(([from_stage, to_stage, day], index) => ({
        transition_id: `t${index}`,
        account_id: 'acme',
        model: 'journey5',
        model_version: 1,
        from_stage,
        to_stage,
        status: 'active',
        entered_at: sqlTime(Number(day) * DAY_MS + 5),
        direction: 'forward',
        rule: 'hand-raise',
        evidence: [],
        withdraws: '',
      })),
    ])
  })
  afterAll(() => test.close())

  it('agrees with the stored scores of both days, and is told in words that add up', async () => {
    const changes = await readChanges(edges(), 'acme', 7)
    const { days } = await readHistory(edges(), 'acme', 8)
    expect(days.map(({ day }) => day)).toHaveLength(8)
    expect(changes.score.before).toBeCloseTo(days[0]?.score ?? Number.NaN, 9)
    expect(changes.score.now).toBeCloseTo(days[7]?.score ?? Number.NaN, 9)
    expect(changes.score.now).toBeGreaterThan(changes.score.before)
    expect(changes.reasons.reduce((sum, { change }) => sum + change, changes.otherPoints)).toBeCloseTo(changes.points.change, 9)
    expect(changes.band).toEqual({ before: days[0]?.band, now: days[7]?.band })
    expect(changes.reasons.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^acme bo requested a demo about routing, new: \+[\d.]+ points$/),
        expect.stringMatching(/^acme ana contacted sales and has not since: −[\d.]+ points$/),
        expect.stringMatching(/^more people are active at the same time, new: \+[\d.]+ points$/),
      ]),
    )
    expect(changes.moves).toEqual([
      expect.objectContaining({ fromStage: 'consider', toStage: 'evaluate', rule: 'hand-raise', fromStatus: 'active' }),
    ])
    expect(changes.newPeople).toEqual([{ profileId: 'acme bo', person: 'acme bo', role: 'decisionMaker' }])
    expect(changes.newVisitors).toBe(1)
    expect(changes.topics.map(({ topic, isNew }) => [topic, isNew])).toEqual([
      ['routing', true],
      ['fleet', false],
    ])
  })

  it('counts from the day that is asked for', async () => {
    const month = await readChanges(edges(), 'acme', 35)
    expect(Date.parse(month.to) - Date.parse(month.from)).toBe(35 * DAY_MS)
    expect(month.reasons.filter(({ how }) => how === 'came').map(({ type }) => type)).toContain('Contact Sales Submitted')
  })

  it('has nothing to tell of an account that is not there', async () => {
    expect(await readChanges(edges(), 'nobody', 7)).toMatchObject({
      score: { before: 0, now: 0, change: 0 },
      reasons: [],
      otherPoints: 0,
      moves: [],
      newPeople: [],
      newVisitors: 0,
      topics: [],
    })
  })
})
