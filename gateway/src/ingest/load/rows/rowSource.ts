import type { SegmentContent } from '../../spool/sealed.ts'
import { makeRows } from './makeRows.ts'
import { createRowMaker } from './rowMaker.ts'
import type { SegmentRows, Stretch } from './segmentRows.ts'

/** Whoever makes the rows of segments. */
export interface RowSource {
  /** Gets ready, so that the first segment need not wait for that. */
  start(): void
  /**
   * Takes the content over. Rejects with `RowsNotMade` when it could not be done this time, with `RowsTooSlow` when it took longer than
   * `longestMs`; it may be asked again. With `RowsNotBegun` when others were to blame. With `only`, of the events just those in these places of their one request.
   */
  rowsOf(content: SegmentContent, only?: Stretch, longestMs?: number): Promise<SegmentRows>
  /** Nobody looks at the block of these rows any more: its memory may hold others. */
  release(rows: SegmentRows): void
  /** Rejects what is not done yet. */
  close(): Promise<void>
}

/** Rows made in the thread that asks for them: for tests and tools that answer no requests meanwhile. */
export function rowsHere(): RowSource {
  const makeRow = createRowMaker()
  return {
    start: () => undefined,
    rowsOf: async (content, only) => makeRows(content, makeRow, { only }),
    release: () => undefined,
    close: async () => undefined,
  }
}
