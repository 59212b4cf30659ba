import type { CountRow } from '@waymark/schemas/row'

/** Counts added up: one row per source and hour, ordered by both. */
export function sumCounts(rows: Iterable<CountRow>): CountRow[] {
  const sums = new Map<string, CountRow>()
  for (const row of rows) {
    const key = `${row.hour} ${row.source_id}`
    const sum = sums.get(key)
    if (sum === undefined) sums.set(key, { ...row })
    else {
      sum.received += row.received
      sum.deduplicated += row.deduplicated
      sum.rejected += row.rejected
      sum.suppressed += row.suppressed
    }
  }
  return [...sums.values()].sort((left, right) => left.hour - right.hour || compareText(left.source_id, right.source_id))
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
