import type { SealedSegment } from '../spool/sealed.ts'
import { type Hunted, rowsOneByOne } from './rows/oneByOne.ts'
import type { RowSource } from './rows/rowSource.ts'
import { isOfTheRows } from './rows/rowsNotMade.ts'
import type { SegmentRows } from './rows/segmentRows.ts'

type Rows = Promise<SegmentRows | null>

/** Of all rows of a segment at once; more of them would be no accident. */
const TRIES_BEFORE_CARE = 3

/** Reads segments, and has their rows made, while the engine is busy with those before them. Holds one batch in memory. */
export function createReadAhead({ rowsOf }: Pick<RowSource, 'rowsOf'>): {
  /** null for a file that holds no whole frame any more. */
  read(segment: SealedSegment): Rows
  ahead(next: readonly SealedSegment[]): void
} {
  let waiting = new Map<SealedSegment, Rows>()
  /** How often the rows of a segment could not be made, and what is known of the events to blame. */
  const failed = new WeakMap<SealedSegment, { readonly times: number; readonly hunted: Hunted }>()

  async function rowsIn(segment: SealedSegment): Rows {
    const content = await segment.read()
    if (content === null) return null
    const { times, hunted } = failed.get(segment) ?? { times: 0, hunted: new Map() }
    if (times >= TRIES_BEFORE_CARE) return rowsOneByOne(content, rowsOf, hunted)
    return rowsOf(content).catch(error => {
      if (isOfTheRows(error)) failed.set(segment, { times: times + 1, hunted })
      throw error
    })
  }

  return {
    read: segment => {
      const rows = waiting.get(segment) ?? rowsIn(segment)
      waiting.delete(segment)
      return rows
    },
    ahead: next => {
      const known = waiting
      let before: Promise<unknown> = Promise.resolve()
      // One after the other: each takes a few milliseconds of the process that also answers requests.
      waiting = new Map(
        next.map(segment => {
          const rows = known.get(segment) ?? before.then(() => rowsIn(segment))
          // Who asks for it is told.
          before = rows.catch(() => undefined)
          return [segment, rows]
        }),
      )
    },
  }
}
