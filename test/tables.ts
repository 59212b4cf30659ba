import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ClickHouseClientConfigOptions, ClickHouseLogLevel, createClient } from '@clickhouse/client'

/** Everything that jobs compute from events: emptied and run again, it must be identical. */
export const DERIVED = [
  'identity_edges',
  'identity_map',
  'identity_ledger',
  'identifier_traits',
  'account_keys',
  'accounts',
  'memberships',
  'touch_daily',
  'surge_baseline',
  'account_scores',
  'account_reasons',
  'stage_current',
  'stage_transitions',
  'orders',
  'opportunities',
] as const

const VERSIONED = [
  'identity_edges',
  'identity_map',
  'identity_ledger',
  'account_keys',
  'accounts',
  'memberships',
  'touch_daily',
  'orders',
  'opportunities',
  'account_scores',
  'account_reasons',
] as const

const CONTENT: { readonly [table: string]: string } = {
  ...Object.fromEntries(VERSIONED.map(table => [table, `SELECT * EXCEPT version FROM ${table} FINAL ORDER BY ALL`])),
  stage_transitions: `SELECT * EXCEPT transition_id FROM stage_transitions
    WHERE withdraws = '' AND transition_id NOT IN (SELECT withdraws FROM stage_transitions) ORDER BY ALL`,
}

export interface Tables {
  query<T>(sql: string): Promise<T[]>
  /** Each derived table as text, in one order. */
  dump(): Promise<Record<string, string>>
  /** The same without what tells when an event arrived (`version`), and of transitions those in force: what must not depend on the order of arrival. */
  content(): Promise<Record<string, string>>
  /** Empties the derived tables and forgets where the jobs stopped. */
  empty(): Promise<void>
  close(): Promise<void>
}

/** Rows that one dump has and the other has not, a few per table: empty when the dumps are identical. */
export function differences(
  before: Record<string, string>,
  after: Record<string, string>,
): Record<string, { missing: string[]; added: string[] }> {
  const found: Record<string, { missing: string[]; added: string[] }> = {}
  for (const table of DERIVED) {
    const old = before[table] ?? ''
    const current = after[table] ?? ''
    if (old === current) continue
    const oldLines = new Set(old.split('\n'))
    const currentLines = new Set(current.split('\n'))
    found[table] = {
      missing: [...oldLines].filter(line => !currentLines.has(line)).slice(0, 3),
      added: [...currentLines].filter(line => !oldLines.has(line)).slice(0, 3),
    }
  }
  return found
}

/** Looks into the warehouse of a running gateway through the engine it handed over. */
export function openTables(dataDir: string): Tables {
  const engine = JSON.parse(readFileSync(join(dataDir, 'engine.json'), 'utf8')) as {
    url: string
    writer: { username: string; password: string }
  }
  return tablesAt({ url: engine.url, ...engine.writer, database: 'waymark' })
}

/** The same of any server. */
export function tablesAt(server: ClickHouseClientConfigOptions): Tables {
  const client = createClient({ ...server, request_timeout: 120_000, log: { level: ClickHouseLogLevel.OFF } })
  const text = async (sql: string) => (await client.query({ query: sql, format: 'JSONCompactEachRow' })).text()
  return {
    async query<T>(sql: string) {
      return (await client.query({ query: sql, format: 'JSONEachRow' })).json<T>()
    },
    async dump() {
      const dumped: Record<string, string> = {}
      for (const table of DERIVED) {
        const final = table === 'stage_transitions' ? '' : 'FINAL'
        dumped[table] = await text(`SELECT * FROM ${table} ${final} ORDER BY ALL`)
      }
      return dumped
    },
    async content() {
      const told: Record<string, string> = {}
      for (const table of DERIVED) told[table] = await text(CONTENT[table] ?? `SELECT * FROM ${table} FINAL ORDER BY ALL`)
      return told
    },
    async empty() {
      for (const table of [...DERIVED, 'job_runs', 'dirty_accounts']) await client.command({ query: `TRUNCATE TABLE ${table}` })
    },
    close: () => client.close(),
  }
}
