import type { Database } from '../../db/open.ts'
import { row, sqlFile } from '../../db/query.ts'

export const lastLoaded = sqlFile<Record<string, never>, { at: number }>('ingest_last_loaded')

/**
 * Times for `loaded_at`, epoch milliseconds: each above the one before and above all that the table held at the start. Jobs look for
 * segments behind the last one they saw, so a clock that is set back would hide segments from them for ever.
 */
export function risingStamps(db: Database, now: () => number): () => Promise<number> {
  let last: number | null = null
  return async () => {
    last ??= (await row(db.client, lastLoaded, {})).at
    last = Math.max(now(), last + 1)
    return last
  }
}
