import type { JourneyModel, Predicate } from '@waymark/schemas/model'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AccountTouch } from './features.ts'
import { at, dayOf, INTENT, JOURNEY5, journeyOf, ms, told } from './journey.fixture.ts'
import { DAY_MS, type Move } from './position.ts'
import { replay } from './replay.ts'
import { current, intervalsOf, reconcile, type Transition, transitionsOf, triggerId } from './transitions.ts'

const START = ms('2026-01-01')
const DAYS = 150
const THROUGH = '2026-06-15'
const TYPES = [
  'Page Viewed',
  'Session Started',
  'Content Downloaded',
  'Pricing Viewed',
  'Demo Requested',
  'Opportunity Created',
  'Opportunity Lost',
  'Order Completed',
  'Subscription Started',
  'Subscription Cancelled',
  'NPS Promoter Submitted',
  'Email Delivered',
  'Call Connected',
]

const touch = fc
  .record({
    minute: fc.integer({ min: 0, max: DAYS * 1440 - 1 }),
    type: fc.constantFrom(...TYPES),
    person: fc.constantFrom('ana', 'bo'),
    topic: fc.constantFrom('', 'crm'),
  })
  .map(({ minute, type, person, topic }): AccountTouch => {
    const time = START + minute * 60_000
    return {
      ...at('2026-01-01', type),
      profileId: person,
      topic,
      firstAt: time,
      lastAt: time,
      day: Math.floor(time / DAY_MS),
      messageId: `${type} ${minute} ${person}`,
    }
  })
const touches = fc.uniqueArray(touch, { minLength: 1, maxLength: 25, selector: ({ messageId, topic }) => `${messageId} ${topic}` })

const law = (holds: (seen: readonly AccountTouch[], number: number) => void) =>
  fc.assert(
    fc.property(touches, fc.nat(), (seen, number) => void holds(seen, number)),
    { numRuns: 150 },
  )
const rowsOf = (moves: readonly Move[]) => transitionsOf('a_1', JOURNEY5, moves)
const plain = (rows: readonly Transition[]) => rows.map(row => ({ ...row, transition_id: triggerId(row.transition_id) }))

describe('laws of a replay', () => {
  test('intervals touch, never overlap, and their dwell adds up to the observed span', () => {
    law(seen => {
      const { moves, provisional, position } = journeyOf(seen, THROUGH)
      const intervals = intervalsOf(rowsOf(moves))
      const first = Math.min(...seen.map(({ firstAt }) => firstAt))
      expect(intervals[0]?.enteredAt).toBe(first)
      expect(intervals.filter(({ exitedAt }) => exitedAt === null)).toHaveLength(1)
      const end = ms(THROUGH) + DAY_MS
      const dwell = intervals.map(({ enteredAt, exitedAt }) => (exitedAt ?? end) - enteredAt)
      expect(Math.min(...dwell)).toBeGreaterThan(0)
      expect(dwell.reduce((sum, span) => sum + span, 0)).toBe(end - first)
      for (const [index, move] of moves.entries()) expect(move.from).toBe(moves[index - 1]?.to ?? '')
      expect(position?.since).toBe([...moves, ...provisional].findLast(({ direction }) => direction !== 'status')?.at)
    })
  })

  test('any order and batching of arrival ends in the rows of one replay, and a repeat adds nothing', () => {
    law((seen, number) => {
      const size = 1 + (number % 6)
      const stored: Transition[] = []
      for (let end = size; end < seen.length + size; end += size) {
        const arrived = seen.slice(0, end)
        stored.push(...reconcile(stored, rowsOf(journeyOf(arrived, THROUGH).moves)))
      }
      const wanted = rowsOf(journeyOf(seen, THROUGH).moves)
      expect(plain(current(stored))).toEqual(wanted)
      expect(reconcile(stored, wanted)).toEqual([])
    })
  })

  test('what stands is falsified neither by the closing of days nor by later touches', () => {
    law((seen, number) => {
      const cut = START + (number % (DAYS * 1440)) * 60_000
      const early = journeyOf(
        seen.filter(({ firstAt }) => firstAt <= cut),
        new Date(cut).toISOString().slice(0, 10),
      ).moves
      expect(journeyOf(seen, THROUGH).moves.slice(0, early.length)).toEqual(early)
    })
  })

  test('quiet days that are passed over would have changed nothing', () => {
    const never: Predicate = { not: { count: ['*'], days: 10_000, gte: 1 } }
    const asked: JourneyModel = {
      ...JOURNEY5,
      states: JOURNEY5.states.map(state => ({
        ...state,
        enter: state.enter.map(({ rule, when }) => ({ rule, when: 'event' in when || 'eventIn' in when ? when : { any: [when, never] } })),
      })),
    }
    law(seen => {
      expect(journeyOf(seen, THROUGH, asked).moves).toEqual(journeyOf(seen, THROUGH).moves)
    })
  })
})

describe('a noisy score around a threshold', () => {
  const visits = Array.from({ length: 60 }, (_, day) =>
    at(new Date(START + day * DAY_MS + 36_000_000).toISOString().slice(0, 23).replace('T', ' '), 'Page Viewed'),
  )
  const moved = (points: readonly number[]) =>
    replay({
      touches: visits,
      model: JOURNEY5,
      intent: INTENT,
      throughDay: dayOf('2026-03-01'),
      categoryPoints: (_, day) => ({ content: points[day - dayOf('2026-01-01')] ?? 0 }),
    }).moves.filter(({ direction }) => direction === 'forward' || direction === 'back')
  const noise = (min: number, max: number) => fc.array(fc.double({ min, max, noNaN: true }), { minLength: 60, maxLength: 60 })

  test('moves once between hold and enter', () => {
    fc.assert(
      fc.property(noise(5, 19), points => void expect(moved(points).length).toBeLessThanOrEqual(2)),
      { numRuns: 100 },
    )
  })

  test('moves back at most once per grace window, however wild it is', () => {
    fc.assert(
      fc.property(noise(0, 24), points => {
        const moves = moved(points)
        for (const [index, move] of moves.entries()) {
          if (move.direction === 'back') expect(move.day - (moves[index - 1]?.day ?? 0)).toBeGreaterThanOrEqual(7)
        }
      }),
      { numRuns: 100 },
    )
  })
})

const state = (id: string, when: Predicate) => ({
  id,
  enter: [{ rule: id, when }],
  hold: null,
  graceDays: 0,
  exit: null,
  floor: null,
  dormantDays: 60,
})

describe('models of another kind', () => {
  const strict: JourneyModel = {
    ...JOURNEY5,
    id: 'aidma',
    allowSkip: false,
    states: [
      state('interest', { event: ['*'] }),
      state('memory', { event: ['Search Arrived'] }),
      state('action', { event: ['Order Completed'] }),
    ],
  }

  test('without skipping, a path that misses a stage goes no further and says once what it skipped', () => {
    const path = [
      at('2026-03-01 09:00:00.000', 'Page Viewed'),
      at('2026-03-02 09:00:00.000', 'Order Completed'),
      at('2026-03-03 09:00:00.000', 'Order Completed'),
    ]
    const { moves, position } = journeyOf(path, '2026-03-05', strict)
    expect(position?.stage).toBe(0)
    expect(moves.map(({ direction, from, to }) => [direction, from, to])).toEqual([
      ['forward', '', 'interest'],
      ['skipped', 'interest', 'action'],
    ])
  })

  test('without skipping, one stage after the other leads to the last', () => {
    const path = [
      at('2026-03-01 09:00:00.000', 'Page Viewed'),
      at('2026-03-02 09:00:00.000', 'Search Arrived'),
      at('2026-03-03 09:00:00.000', 'Order Completed'),
    ]
    expect(told(journeyOf(path, '2026-03-05', strict)).at(-1)).toBe('action/active @2026-03-03 09:00:00.000')
  })

  test('milestones are each reached once, in any order', () => {
    const aarrr: JourneyModel = {
      ...JOURNEY5,
      id: 'aarrr',
      mode: 'milestones',
      states: [
        state('acquisition', { event: ['*'] }),
        state('activation', { all: [{ event: ['Feature Activated'] }, { count: ['Signed Up'], days: 7, gte: 1 }] }),
        state('retention', { sessions: 2, days: 30, activeDays: 2, topic: false }),
        state('revenue', { event: ['Order Completed'] }),
      ],
    }
    const path = [
      at('2026-03-01 09:00:00.000', 'Session Started'),
      at('2026-03-01 09:05:00.000', 'Feature Activated'),
      at('2026-03-02 09:00:00.000', 'Order Completed'),
      at('2026-03-02 10:00:00.000', 'Order Completed'),
      at('2026-03-03 09:00:00.000', 'Signed Up'),
      at('2026-03-03 09:00:00.001', 'Feature Activated'),
      at('2026-03-04 09:00:00.000', 'Session Started'),
    ]
    const reached = journeyOf(path, '2026-03-09', aarrr).moves.map(
      ({ direction, to, at: time }) => `${direction} ${to} ${new Date(time).toISOString()}`,
    )
    expect(reached).toEqual([
      'reached acquisition 2026-03-01T09:00:00.000Z',
      'reached revenue 2026-03-02T09:00:00.000Z',
      'reached activation 2026-03-03T09:00:00.001Z',
      'reached retention 2026-03-04T00:00:00.000Z',
    ])
  })
})
