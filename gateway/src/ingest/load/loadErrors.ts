import { ClickHouseError } from '@clickhouse/client'

/**
 * What an insert's error says about trying again. `retry`: the engine, not the rows. `rows`: the same rows will fail again.
 * `unknown`: either; the loader tries three times, then looks for a row that is to blame.
 */
export type LoadErrorKind = 'retry' | 'rows' | 'unknown'

/** Time, memory, load, network, replication, keeper, disk, rights, missing tables: an operator or time mends these. */
const RETRY_CODES = new Set([
  3, 60, 74, 75, 76, 81, 159, 164, 173, 192, 193, 194, 201, 202, 203, 209, 210, 225, 236, 241, 242, 243, 285, 289, 319, 394, 425, 439, 479,
  497, 516, 517, 999,
])

/** Parsing, types, ranges, constraints. */
const ROW_CODES = new Set([6, 25, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 130, 131, 349, 376, 407, 469])

/** "Too many parts" (wait) and "too many partitions in one insert" (never) share this code; only the text tells them apart. */
const TOO_MANY_PARTS = 252

export function judgeLoadError(error: unknown): LoadErrorKind {
  if (!(error instanceof ClickHouseError)) return 'retry'
  const code = Number(error.code)
  if (code === TOO_MANY_PARTS) return /partitions/i.test(error.message) ? 'rows' : 'retry'
  if (RETRY_CODES.has(code)) return 'retry'
  return ROW_CODES.has(code) ? 'rows' : 'unknown'
}

/** An error that left nothing behind for certain; after any other the rows may be in. */
export function isCleanFailure(error: unknown): boolean {
  return error instanceof ClickHouseError && ROW_CODES.has(Number(error.code))
}

/** The engine's messages quote the rows they complain about; logs must not. */
export function withoutPayload(error: unknown): string {
  return error instanceof ClickHouseError ? `ClickHouse ${error.code} ${error.type ?? ''}` : String(error)
}
