import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Mark, nextWindow, parseMark } from './segments.ts'

const OVERLAP_MS = 120_000

type Segment = ReturnType<typeof segment>
const segment = (id: string, loaded_at: number) => ({
  segment_id: id,
  loaded_at,
  first_received_at: loaded_at - 500,
  last_received_at: loaded_at - 100,
})

/** What a run of the pipeline takes at its start when these are visible. */
const taken = (visible: readonly Segment[]): Mark => {
  const at = Math.max(0, ...visible.map(({ loaded_at }) => loaded_at))
  return { at, seen: visible.filter(({ loaded_at }) => loaded_at >= at - OVERLAP_MS).map(({ segment_id }) => segment_id) }
}
const windowOver = (mark: Mark, visible: readonly Segment[]) => nextWindow(mark, visible, taken(visible))
/** What the query of a job with that mark sees. */
const visibleFrom = (all: readonly Segment[], at: number) =>
  all.filter(({ loaded_at }) => loaded_at >= Math.max(0, at - OVERLAP_MS)).sort((a, b) => a.loaded_at - b.loaded_at)

test('nothing new is null', () => {
  expect(windowOver({ at: 0, seen: [] }, [])).toBeNull()
  expect(windowOver({ at: 10, seen: ['a'] }, [segment('a', 10)])).toBeNull()
})

test('a window spans its new segments only, and the mark remembers them', () => {
  const window = windowOver({ at: 10, seen: ['a'] }, [segment('a', 10), segment('b', 20), segment('c', 30)])
  expect(window).toMatchObject({ loadedFrom: 20, loadedTo: 31, receivedFrom: -480, receivedTo: -70 })
  expect(parseMark(window?.next ?? '')).toEqual({ at: 30, seen: ['a', 'b', 'c'] })
})

test('a segment stamped earlier that shows up later is still found', () => {
  const first = windowOver({ at: 0, seen: [] }, [segment('late', 90_000)])
  const second = windowOver(parseMark(first?.next ?? ''), [segment('early', 50_000), segment('late', 90_000)])
  expect(second).toMatchObject({ loadedFrom: 50_000, loadedTo: 50_001 })
})

test('what became visible after the run began is left for the next run', () => {
  const before = [segment('a', 10), segment('c', 30)]
  const after = [segment('a', 10), segment('b', 20), segment('c', 30), segment('d', 40)]
  const window = nextWindow({ at: 0, seen: [] }, after, taken(before))
  expect(parseMark(window?.next ?? '')).toEqual({ at: 30, seen: ['a', 'c'] })
  expect(parseMark(windowOver(parseMark(window?.next ?? ''), after)?.next ?? '').seen).toEqual(['a', 'b', 'c', 'd'])
})

const arrivals = fc.array(fc.record({ loaded: fc.integer({ min: 0, max: 100_000 }), delay: fc.integer({ min: 0, max: OVERLAP_MS - 1 }) }), {
  maxLength: 30,
})
const looks = fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 10 })

test('every segment is seen once by each of two jobs, the second never ahead of the first, whatever appears between them', () => {
  fc.assert(
    fc.property(arrivals, looks, fc.integer({ min: 0, max: 50_000 }), (given, times, between) => {
      const all = given.map(({ loaded, delay }, index) => ({ ...segment(`s${index}`, loaded), visibleAt: loaded + delay }))
      const at = (time: number) => all.filter(({ visibleAt }) => visibleAt <= time)
      let [first, second] = [parseMark(''), parseMark('')]
      const [seenByFirst, seenBySecond]: [string[], string[]] = [[], []]
      const step = (mark: Mark, seen: string[], time: number, limit: Mark): Mark => {
        const window = nextWindow(mark, visibleFrom(at(time), mark.at), limit)
        if (window === null) return mark
        const next = parseMark(window.next)
        seen.push(...next.seen.filter(id => !seen.includes(id)))
        return next
      }
      for (const time of [...times.sort((a, b) => a - b), 1_000_000]) {
        first = step(first, seenByFirst, time, taken(at(time)))
        // The second job of the run looks later, when more is visible, and is held to what the first has done.
        second = step(second, seenBySecond, time + between, first)
        expect(seenBySecond.filter(id => !seenByFirst.includes(id))).toEqual([])
      }
      const everything = all.map(({ segment_id }) => segment_id).sort()
      expect([...seenByFirst].sort()).toEqual(everything)
      expect([...seenBySecond].sort()).toEqual(everything)
    }),
  )
})
