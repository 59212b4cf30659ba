import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { ClickHouseClient } from '@clickhouse/client'
import { type Form, renderDdl } from './ddl.ts'

/** One file of `schemas/tables`. */
export interface Migration {
  readonly version: number
  /** Name of the file without `.sql`. */
  readonly name: string
  readonly sql: string
}

/** Before its first statement, after its last, and when that is written down. */
export type MigrationStep = 'begun' | 'executed' | 'recorded'

export interface MigrateOptions {
  readonly form: Form
  /** Name of the database that the client is connected to. */
  readonly database: string
  readonly migrations?: readonly Migration[]
  /** Called at the boundaries of each file; what it throws interrupts, which is how tests crash here. */
  readonly onStep?: (migration: Migration, step: MigrationStep) => void
  readonly now?: () => number
}

const FOLDER = new URL('../../../schemas/tables/', import.meta.url)

const HISTORY = `CREATE TABLE IF NOT EXISTS schema_migrations
(
    version    UInt32,
    name       String,
    checksum   String,
    applied_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY version`

/** The files of `schemas/tables`, in order. */
export function readMigrations(folder: URL = FOLDER): readonly Migration[] {
  return readdirSync(folder)
    .filter(file => file.endsWith('.sql'))
    .sort()
    .map(file => ({
      version: Number(file.slice(0, 4)),
      name: file.slice(0, -'.sql'.length),
      sql: readFileSync(new URL(file, folder), 'utf8'),
    }))
}

/**
 * Brings a database to the state that `schemas/tables` describes; resolves with what it applied. Safe to repeat, to interrupt anywhere and to
 * run from two processes at once: statements create only what is missing, and a file counts as applied after its last one.
 */
export async function migrate(
  client: ClickHouseClient,
  options: MigrateOptions,
  log: (message: string) => void = () => undefined,
): Promise<readonly Migration[]> {
  const { form, database, migrations = readMigrations(), onStep = () => undefined, now = Date.now } = options
  for (const statement of renderDdl(HISTORY, form, database)) await client.command({ query: statement })
  const pending = pendingMigrations(migrations, await appliedMigrations(client))
  for (const migration of pending) {
    onStep(migration, 'begun')
    for (const statement of renderDdl(migration.sql, form, database)) await run(client, migration, statement)
    onStep(migration, 'executed')
    const record = {
      version: migration.version,
      name: migration.name,
      checksum: checksum(migration.sql),
      applied_at: new Date(now()).toISOString(),
    }
    await client.insert({ table: 'schema_migrations', values: [record], format: 'JSONEachRow' })
    onStep(migration, 'recorded')
    log(`applied ${migration.name}`)
  }
  return pending
}

export interface Applied {
  readonly version: number
  readonly name: string
  readonly checksum: string
}

/** What is still to be applied; an Error when history and files contradict each other. Pure. */
export function pendingMigrations(migrations: readonly Migration[], applied: readonly Applied[]): readonly Migration[] {
  const files = new Map(migrations.map(migration => [migration.version, migration]))
  for (const { version, name, checksum: then } of applied) {
    const file = files.get(version)
    if (file === undefined)
      throw new Error(
        `The database has migration ${name}, which this version of Waymark does not know. Start the version that applied it, or a newer one.`,
      )
    if (file.name !== name || checksum(file.sql) !== then) {
      throw new Error(
        `schemas/tables/${file.name}.sql changed after it was applied as ${name}. Restore it, and put the change in a new file with the next number.`,
      )
    }
  }
  const done = new Set(applied.map(({ version }) => version))
  return migrations.filter(({ version }) => !done.has(version))
}

async function appliedMigrations(client: ClickHouseClient): Promise<readonly Applied[]> {
  const result = await client.query({
    query: 'SELECT version, name, checksum FROM schema_migrations FINAL ORDER BY version',
    format: 'JSONEachRow',
  })
  return result.json<Applied>()
}

async function run(client: ClickHouseClient, migration: Migration, statement: string): Promise<void> {
  try {
    await client.command({ query: statement, clickhouse_settings: { log_comment: `migrate ${migration.name}` } })
  } catch (cause) {
    throw new Error(`Migration ${migration.name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function checksum(sql: string): string {
  return createHash('sha256').update(sql).digest('hex')
}
