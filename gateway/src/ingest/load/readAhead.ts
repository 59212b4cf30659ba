import type { SealedSegment } from '../spool/sealed.ts'
import type { RowSource } from './rows/rowSource.ts'
import type { SegmentRows } from './rows/segmentRows.ts'

type Rows = Promise<SegmentRows | null>

/** Reads segments, and has their rows made, while the engine is busy with those before them. Holds one batch in memory. */
export function createReadAhead({ rowsOf }: Pick<RowSource, 'rowsOf'>): {
  /** null for a file that holds no whole frame any more. */
  read(segment: SealedSegment): Rows
  ahead(next: readonly SealedSegment[]): void
} {
  let waiting = new Map<SealedSegment, Rows>()

  async function rowsIn(segment: SealedSegment): Rows {
    const content = await segment.read()
    return content === null ? null : rowsOf(content)
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
