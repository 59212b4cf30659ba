/** What has to be written so that a table says what it should. */
export interface Changes<R> {
  /** New rows, and rows that differ from the stored ones. */
  readonly written: readonly R[]
  /** Stored rows that should not be there any more. */
  readonly gone: readonly R[]
}

/**
 * One writer owns such a table and writes only what changed, so the last row of a key is the right one: ReplacingMergeTree keeps the
 * last insert among equal versions.
 */
const VERSION = 1

/** Compares rows by key and by content. Rows are plain data with their fields in one order. */
export function changesBetween<R>(before: readonly R[], after: readonly R[], keyOf: (row: R) => string): Changes<R> {
  const stored = new Map(before.map(row => [keyOf(row), JSON.stringify(row)]))
  const wanted = new Set(after.map(keyOf))
  return {
    written: after.filter(row => stored.get(keyOf(row)) !== JSON.stringify(row)),
    gone: before.filter(row => !wanted.has(keyOf(row))),
  }
}

/** The rows to insert: tombstones first, then what is new; `columns` gives the table's columns but for the last two. */
export function tableRows<R>({ written, gone }: Changes<R>, columns: (row: R) => object): object[] {
  return [
    ...gone.map(row => ({ ...columns(row), version: VERSION, is_deleted: 1 })),
    ...written.map(row => ({ ...columns(row), version: VERSION, is_deleted: 0 })),
  ]
}

export function sizeOf(changes: Changes<unknown>): number {
  return changes.written.length + changes.gone.length
}
