/** What has to be written so that a table says what it should. */
export interface Changes<R> {
  /** New rows, and rows that differ from the stored ones. */
  readonly written: readonly R[]
  /** Stored rows that should not be there any more. */
  readonly gone: readonly R[]
}

/** Compares rows by key and by content. Rows are plain data with their fields in one order. */
export function changesBetween<R>(before: readonly R[], after: readonly R[], keyOf: (row: R) => string): Changes<R> {
  const stored = new Map(before.map(row => [keyOf(row), JSON.stringify(row)]))
  const wanted = new Set(after.map(keyOf))
  return {
    written: after.filter(row => stored.get(keyOf(row)) !== JSON.stringify(row)),
    gone: before.filter(row => !wanted.has(keyOf(row))),
  }
}
