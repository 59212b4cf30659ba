import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextWindow, parseMark } from './segments.ts'

const OVERLAP_MS = 120_000

const segment = (id: string, loaded_at: number) => ({
  segment_id: id,
  loaded_at,
  first_received_at: loaded_at - 500,
  last_received_at: loaded_at - 100,
})

/** What the query of a run at that moment would see. */
const visibleFrom = (all: readonly ReturnType<typeof segment>[], at: number) =>
  all.filter(({ loaded_at }) => loaded_at >= Math.max(0, at - OVERLAP_MS)).sort((a, b) => a.loaded_at - b.loaded_at)

test('nothing new is null', () => {
  expect(nextWindow({ at: 0, seen: [] }, [])).toBeNull()
  expect(nextWindow({ at: 10, seen: ['a'] }, [segment('a', 10)])).toBeNull()
})

test('a window spans its new segments only, and the mark remembers them', () => {
  const window = nextWindow({ at: 10, seen: ['a'] }, [segment('a', 10), segment('b', 20), segment('c', 30)])
  expect(window).toMatchObject({ loadedFrom: 20, loadedTo: 31, receivedFrom: -480, receivedTo: -70 })
  expect(parseMark(window?.next ?? '')).toEqual({ at: 30, seen: ['a', 'b', 'c'] })
})

test('a segment stamped earlier that shows up later is still found', () => {
  const first = nextWindow({ at: 0, seen: [] }, [segment('late', 90_000)])
  const second = nextWindow(parseMark(first?.next ?? ''), [segment('early', 50_000), segment('late', 90_000)])
  expect(second).toMatchObject({ loadedFrom: 50_000, loadedTo: 50_001 })
})

test('every segment falls in a window exactly when it is first visible, in whatever order they appear', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ loaded: fc.integer({ min: 0, max: 100_000 }), delay: fc.integer({ min: 0, max: OVERLAP_MS - 1 }) }), {
        maxLength: 30,
      }),
      fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 10 }),
      (given, looks) => {
        const all = given.map(({ loaded, delay }, index) => ({ ...segment(`s${index}`, loaded), visibleAt: loaded + delay }))
        const found: string[] = []
        let mark = parseMark('')
        for (const look of [...looks.sort((a, b) => a - b), 1_000_000]) {
          const before = new Set(found)
          const visible = visibleFrom(
            all.filter(({ visibleAt }) => visibleAt <= look),
            mark.at,
          )
          const window = nextWindow(mark, visible)
          if (window === null) continue
          const inWindow = visible.filter(
            ({ segment_id, loaded_at }) => loaded_at >= window.loadedFrom && loaded_at < window.loadedTo && !before.has(segment_id),
          )
          found.push(...inWindow.map(({ segment_id }) => segment_id))
          mark = parseMark(window.next)
        }
        expect([...found].sort()).toEqual(all.map(({ segment_id }) => segment_id).sort())
      },
    ),
  )
})
