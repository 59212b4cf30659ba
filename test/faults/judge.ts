import { readHandover } from '../../gateway/src/db/engine/handover.ts'
import { openDatabase } from '../../gateway/src/db/open.ts'
import type { IngestCounts } from '../../gateway/src/ingest/stats.ts'
import { waitingFor } from './waits.ts'

export interface Verdict {
  readonly acknowledged: number
  /** Acknowledged ids that are not in the raw table. */
  readonly lost: number
  /** Ids that are there more than once. */
  readonly duplicated: number
}

/** Compares what clients were told with the raw table of the engine that runs in `dataDir`. Ids without an answer may be there or not. */
export async function judge(dataDir: string, acknowledged: ReadonlySet<string>): Promise<Verdict> {
  const found = await copiesOf(dataDir)
  return {
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter(id => !found.has(id)).length,
    duplicated: [...found.values()].filter(copies => copies > 1).length,
  }
}

/** Message id → rows in the raw table. */
export async function copiesOf(dataDir: string): Promise<ReadonlyMap<string, number>> {
  return new Map(await ask<[string, number]>(dataDir, 'SELECT message_id, count() FROM events GROUP BY message_id'))
}

/** Rows as arrays, from the engine that `DATA_DIR/engine.json` leads to. */
export async function ask<Row>(dataDir: string, query: string): Promise<Row[]> {
  const engine = readHandover(dataDir)
  if (engine === null) throw new Error(`no engine.json in ${dataDir}`)
  const db = await openDatabase({ engine })
  try {
    return await waitingFor(`the engine's answer to ${query}`, async () =>
      (await db.client.query({ query, format: 'JSONCompactEachRow' })).json<Row>(),
    )
  } finally {
    await db.close()
  }
}

/** What is wrong with a verdict, as sentences. `least` guards against a run that acknowledged nothing and so proves nothing. */
export function faultsOf({ acknowledged, lost, duplicated }: Verdict, least = 1): string[] {
  return [
    ...(acknowledged < least ? [`only ${acknowledged} events were acknowledged, too few to prove anything`] : []),
    ...(lost > 0 ? [`LOST ${lost} of ${acknowledged} acknowledged`] : []),
    ...(duplicated > 0 ? [`DUPS ${duplicated} ids are there more than once`] : []),
  ]
}

/** received = stored + pending + deduplicated + rejected + suppressed, to the event; all loaded when `isDrained`. */
export function unbalanced(stats: IngestCounts, { isDrained = false, least = 0 } = {}): string[] {
  const { received, stored, pending, deduplicated, rejected, suppressed } = stats
  const sum = stored + pending + deduplicated + rejected + suppressed
  return [
    ...(sum === received ? [] : [`conservation: received ${received} ≠ ${sum} (${JSON.stringify(stats)})`]),
    ...(isDrained && pending !== 0 ? [`${pending} events are still pending after the drain`] : []),
    ...(received < least ? [`received ${received} is less than the ${least} acknowledged`] : []),
  ]
}
