import type { RefusalCause } from './admission.ts'

/** What an operator wants to know of a spool. */
export interface SpoolBacklog {
  readonly bytes: number
  /** Of this process; above it everything is refused. */
  readonly maxBytes: number
  readonly bySource: ReadonlyMap<string, number>
  readonly segments: number
  /** Creation of the oldest segment, epoch milliseconds; null when nothing waits. */
  readonly oldestAt: number | null
  /** Bytes that were loaded in a second, of late. */
  readonly drain: number
  /** Damaged places found so far, and their bytes, which are in `.bad` files. */
  readonly damaged: number
  readonly damagedBytes: number
  /** Files that cannot be read now; they may hold acknowledged events. */
  readonly unreadable: number
  /** Free on the volume; null when it does not tell. */
  readonly freeBytes: number | null
  /** False when nothing is taken because the volume is almost full. */
  readonly hasRoom: boolean
  /** Frames refused since this process started. */
  readonly refused: Readonly<Record<RefusalCause, number>>
  /** Syncs of frames since this process started. */
  readonly syncs: { readonly count: number; readonly totalMs: number; readonly slowestMs: number }
}
