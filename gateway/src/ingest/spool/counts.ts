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

/** Adds the bytes of one frame to those of its sources, by what each sent. */
export function addBytes(bySource: Map<string, number>, counts: readonly CountRow[], bytes: number): void {
  const all = counts.reduce((sum, { received }) => sum + received, 0)
  for (const { source_id, received } of counts) {
    const part = all === 0 ? bytes / counts.length : (bytes * received) / all
    bySource.set(source_id, (bySource.get(source_id) ?? 0) + part)
  }
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
