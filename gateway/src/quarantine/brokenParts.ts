import type { ClickHouseClient } from '@clickhouse/client'
import { SHARD_BY } from '../db/ddl.ts'
import { execute, rows, sqlFile } from '../db/query.ts'

export interface BrokenPart {
  readonly table: string
  readonly part: string
  /** Epoch milliseconds by the server's clock; the age of its rows says nothing of it. */
  readonly set_aside_at: number
}

export const brokenPartsQuery = sqlFile<{ database: string; tables: readonly string[] }, BrokenPart>('broken_parts')
export const dropQuery = sqlFile<{ table: string; part: string }, never>('broken_part_drop')

/** Told for a part that another process removed first. */
const GONE = '233'
/** Told to a user of a server who may not look; then its administrators do. */
const NOT_ALLOWED = '497'

/** Ours, in every form: a database of one's own server may hold other people's tables beside them. */
const TABLES = Object.keys(SHARD_BY).flatMap(table => [table, `${table}_local`])

/** What the server set aside of our tables when it started, because it could not be read. It says so nowhere else, and keeps it for ever. */
export function findBrokenParts(client: ClickHouseClient, database: string): Promise<BrokenPart[]> {
  return rows(client, brokenPartsQuery, { database, tables: TABLES })
}

/**
 * Removes them from the disk: nothing else reaches the people they may tell of, neither an erasure nor the end of a table's time.
 * Resolves with those removed; parts that another process removes at the same time are among them for both. `client` works in their database.
 */
export async function dropBrokenParts(client: ClickHouseClient, parts: readonly BrokenPart[]): Promise<readonly BrokenPart[]> {
  for (const { table, part } of parts) {
    await execute(client, dropQuery, { table, part }).catch((error: { readonly code?: string }) => {
      if (error.code !== GONE) throw error
    })
  }
  return parts
}

const DAY_MS = 86_400_000
const GAP_MS = 3_600_000

export interface BrokenPartsEdges {
  readonly db: { readonly client: ClickHouseClient; readonly name: string; readonly form: { readonly kind: string } }
  /** As long as rejected events are kept: time enough to look what is wrong with the disk, and to restore a backup. */
  readonly days: number
  readonly now: () => number
  readonly onDropped: (parts: readonly BrokenPart[]) => void
}

/** Asked as often as one likes, looks once an hour. Of a cluster only its own administrators reach every server. */
export function createBrokenPartsRetention({ db, days, now, onDropped }: BrokenPartsEdges): () => Promise<void> {
  let lookedAt = Number.NEGATIVE_INFINITY
  return async () => {
    const at = now()
    if (db.form.kind === 'cluster' || Math.abs(at - lookedAt) < GAP_MS) return
    lookedAt = at
    const found = await findBrokenParts(db.client, db.name).catch((error: { readonly code?: string }) => {
      if (error.code !== NOT_ALLOWED) throw error
      return []
    })
    const dropped = await dropBrokenParts(
      db.client,
      found.filter(({ set_aside_at }) => set_aside_at < at - days * DAY_MS),
    )
    if (dropped.length > 0) onDropped(dropped)
  }
}
