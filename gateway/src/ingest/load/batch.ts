import type { SealedSegment } from '../spool/sealed.ts'

/** What one insert should hold at most: enough to spare parts, merges and syncs, little enough for memory and a single block of the engine. */
export interface BatchLimits {
  readonly bytes: number
  readonly rows: number
  readonly segments: number
}

/**
 * Of segments that go in as they are made, so that few of them are in memory at once. A part is merged again the sooner the smaller it is:
 * twice as many rows at once nearly halve what the engine does for each. Below what it stores as a file for each column.
 */
export const PASSED_LIMITS: BatchLimits = { bytes: 60 * 2 ** 20, rows: 100_000, segments: 64 }
/** Of those that are looked up first, and therefore held. */
export const HELD_LIMITS: BatchLimits = { bytes: 32 * 2 ** 20, rows: 50_000, segments: 64 }
/** Made while the engine is busy with those before them: as much as can be made meanwhile. */
export const AHEAD_LIMITS: BatchLimits = { bytes: 24 * 2 ** 20, rows: 35_000, segments: 64 }

/** What to load together next: those that may be in the tables already, or those that cannot be. */
export function nextToLoad(waiting: readonly SealedSegment[]): SealedSegment[] {
  if (waiting[0]?.isInDoubt() === true) return nextBatch(waiting, HELD_LIMITS)
  const doubted = waiting.findIndex(segment => segment.isInDoubt())
  return nextBatch(doubted === -1 ? waiting : waiting.slice(0, doubted), PASSED_LIMITS)
}

/**
 * The segments to load together: the oldest, and those after it that fit. A single one in the normal course; many where a backlog of small
 * ones waits, so that the number of parts follows the bytes, not the requests. Each stays a unit of its own: its rows carry its id.
 */
export function nextBatch(waiting: readonly SealedSegment[], limits: BatchLimits): SealedSegment[] {
  const batch: SealedSegment[] = []
  let bytes = 0
  let rows = 0
  for (const segment of waiting) {
    bytes += segment.rawBytes
    rows += segment.counts.reduce((sum, { received }) => sum + received, 0)
    if (batch.length > 0 && (bytes > limits.bytes || rows > limits.rows || batch.length >= limits.segments)) break
    batch.push(segment)
  }
  return batch
}
