import { describe, expect, test } from 'vitest'
import { at, JOURNEY5, journeyOf } from './journey.fixture.ts'
import { current, intervalsOf, reconcile, transitionsOf, triggerId } from './transitions.ts'

const seen = [at('2026-03-01 09:00:00.000', 'Page Viewed'), at('2026-03-02 10:00:00.000', 'Demo Requested')]
const rowsOf = (touches: typeof seen, through = '2026-03-10') => transitionsOf('a_1', JOURNEY5, journeyOf(touches, through).moves)

describe('ids of transitions', () => {
  test('say account, model, version, day, stages and the how-manieth: nothing else', () => {
    const [first, second] = rowsOf(seen)
    const later = rowsOf([at('2026-03-01 08:00:00.000', 'Email Link Clicked'), ...seen])
    expect(later.map(({ transition_id }) => transition_id)).toEqual([first?.transition_id, second?.transition_id])
    expect(transitionsOf('a_2', JOURNEY5, journeyOf(seen, '2026-03-10').moves)[0]?.transition_id).not.toBe(first?.transition_id)
    expect(transitionsOf('a_1', { ...JOURNEY5, version: 2 }, journeyOf(seen, '2026-03-10').moves)[0]?.transition_id).not.toBe(
      first?.transition_id,
    )
  })

  test('differ for equal moves of one day', () => {
    const [move] = journeyOf(seen, '2026-03-10').moves
    const rows = move === undefined ? [] : transitionsOf('a_1', JOURNEY5, [move, move])
    expect(new Set(rows.map(({ transition_id }) => transition_id)).size).toBe(2)
  })
})

describe('reconcile', () => {
  test('adds what is missing, withdraws what is false and leaves the rest alone', () => {
    const stored = rowsOf(seen)
    const wanted = rowsOf([...seen.slice(0, 1), at('2026-03-03 10:00:00.000', 'Demo Requested')])
    const added = reconcile(stored, wanted)
    expect(added.map(({ direction, withdraws }) => [direction, withdraws])).toEqual([
      ['withdrawn', stored[1]?.transition_id],
      ['forward', ''],
    ])
    expect(current([...stored, ...added])).toEqual(wanted)
  })

  test('a move told again with another time keeps the id by which triggers know it', () => {
    const stored = rowsOf(seen)
    const wanted = rowsOf([at('2026-03-02 08:00:00.000', 'Demo Requested'), ...seen.slice(0, 1)])
    const added = reconcile(stored, wanted).filter(({ withdraws }) => withdraws === '')
    expect(added.map(({ transition_id }) => transition_id)).toEqual([`${stored[1]?.transition_id}.1`])
    expect(triggerId(`${stored[1]?.transition_id}.1`)).toBe(stored[1]?.transition_id)
  })

  test('a row that was written twice stands once', () => {
    const stored = rowsOf(seen)
    expect(current([...stored, ...stored])).toEqual(stored)
  })
})

test('an interval ends where the next begins, and a skipped stage is none', () => {
  const [one, two] = rowsOf(seen)
  const skipped = one === undefined ? [] : [{ ...one, direction: 'skipped' as const }]
  const intervals = intervalsOf([...(one === undefined ? [] : [one]), ...skipped, ...(two === undefined ? [] : [two])])
  expect(intervals.map(({ stage, enteredAt, exitedAt }) => [stage, enteredAt, exitedAt])).toEqual([
    ['aware', one?.entered_at, two?.entered_at],
    ['evaluate', two?.entered_at, null],
  ])
})
