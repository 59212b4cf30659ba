import type { ClickHouseClient } from '@clickhouse/client'
import { row, sqlFile } from '../../db/query.ts'
import { type Diagnosis, say } from './diagnosis.ts'

export const brokenPartsQuery = sqlFile<{ database: string }, { parts: number; tables: readonly string[] }>('doctor_broken_parts')

/** What the engine set aside when it started, because it could not be read. It says so nowhere else. */
export async function brokenParts(client: ClickHouseClient, database: string): Promise<Diagnosis[]> {
  // A user of a server may not be allowed to look.
  const found = await row(client, brokenPartsQuery, { database }).catch(() => null)
  if (found === null || found.parts === 0) return []
  return [
    say('tables')(
      'warn',
      `Parts of tables could not be read at a start and were set aside: ${found.parts}, of ${found.tables.join(', ')}. They were cut off at a full volume, and put in again since, or the disk lost what it held.`,
      'If the log says “events are not accounted for”, restore a backup; else delete the folders detached/broken… of these tables.',
    ),
  ]
}
