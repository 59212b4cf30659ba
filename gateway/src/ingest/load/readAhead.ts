import type { SealedSegment, SegmentContent } from '../spool/sealed.ts'
import { HUNT_LIMITS, type Hunted, rowsOneByOne } from './rows/oneByOne.ts'
import type { RowSource } from './rows/rowSource.ts'
import { isOfTheRows, RowsNotBegun } from './rows/rowsNotMade.ts'
import type { SegmentRows } from './rows/segmentRows.ts'

type Rows = Promise<SegmentRows | null>

/** Of all rows of a segment at once; more of them would be no accident. */
const TRIES_BEFORE_CARE = 3

/**
 * Reads segments, and has their rows made, while the engine is busy with those before them; and reads the next one while rows are made, so
 * that whoever makes them does not wait for the disk. Holds in memory what it was last told of.
 */
export function createReadAhead({ rowsOf }: Pick<RowSource, 'rowsOf'>): {
  /** null for a file that holds no whole frame any more. */
  read(segment: SealedSegment): Rows
  ahead(next: readonly SealedSegment[]): void
} {
  let waiting = new Map<SealedSegment, Rows>()
  /** How often the rows of a segment could not be made, and what is known of the events to blame. */
  const failed = new WeakMap<SealedSegment, { readonly times: number; readonly hunted: Hunted }>()

  async function rowsIn(segment: SealedSegment, reading: Promise<SegmentContent | null>): Rows {
    const content = await reading
    if (content === null) return null
    const { times, hunted } = failed.get(segment) ?? { times: 0, hunted: new Map() }
    if (times >= TRIES_BEFORE_CARE) {
      let lost = 0
      const rows = await rowsOneByOne(content, rowsOf, hunted, HUNT_LIMITS, async frames => {
        lost = frames.length
        await segment.giveUp(frames)
      })
      return lost === content.length ? null : rows
    }
    return rowsOf(content).catch(error => {
      // Its memory went with the thread.
      if (error instanceof RowsNotBegun) return rowsIn(segment, segment.read())
      if (isOfTheRows(error)) failed.set(segment, { times: times + 1, hunted })
      throw error
    })
  }

  return {
    read: segment => {
      const rows = waiting.get(segment) ?? rowsIn(segment, segment.read())
      waiting.delete(segment)
      return rows
    },
    ahead: next => {
      const known = waiting
      let read: Promise<unknown> = Promise.resolve()
      const made: Promise<unknown>[] = []
      waiting = new Map(
        next.map((segment, place) => {
          // No more than one file lies read beside those that are made into rows.
          const mayRead = Promise.all([read, made[place - 2]])
          const reading = mayRead.then(() => (known.has(segment) ? null : segment.read()))
          const rows = known.get(segment) ?? rowsIn(segment, reading)
          read = settled(reading)
          made.push(settled(rows))
          return [segment, rows]
        }),
      )
    },
  }
}

/** Whoever asks for it is told how it failed. */
function settled(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch(() => undefined)
}
