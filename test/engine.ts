import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, inject } from 'vitest'
import type { EngineAccess } from '../gateway/src/db/engine/handover.ts'
import { migrate } from '../gateway/src/db/migrate.ts'
import { type Database, openDatabase } from '../gateway/src/db/open.ts'
import type { Params } from '../gateway/src/db/query.ts'

/** Address and users of the engine that this test run shares. */
export function testEngine(): EngineAccess {
  return inject('engine')
}

export interface TestDatabase {
  readonly db: Database
  /** Drops the database. */
  close(): Promise<void>
}

/** A fresh, migrated database of its own; `tables: false` leaves it empty. */
export async function testDatabase({ tables = true }: { readonly tables?: boolean } = {}): Promise<TestDatabase> {
  const db = await openDatabase({ engine: testEngine(), database: `waymark_test_${randomBytes(6).toString('hex')}` })
  if (tables) await migrate(db.client, { form: db.form, database: db.name })
  return {
    db,
    async close() {
      await db.client.command({ query: `DROP DATABASE ${db.name} SYNC` })
      await db.close()
    },
  }
}

/** A database that the tests of a file share: made before the first of them, dropped after the last. */
export function sharedDatabase(): { readonly db: Database } {
  const shared: { database?: TestDatabase } = {}
  beforeAll(async () => {
    shared.database = await testDatabase()
  })
  afterAll(() => shared.database?.close())
  return {
    get db() {
      if (shared.database === undefined) throw new Error('A shared database is there for tests and hooks, not while a file is read.')
      return shared.database.db
    },
  }
}

/** Column → type of what a query gives, as the engine sees it: holds a row type to its SQL file. */
export async function describeQuery(
  client: Database['client'],
  query: { readonly name: string; readonly sql: string },
  params: Params,
): Promise<{ [column: string]: string }> {
  const result = await client.query({ query: `DESCRIBE (${query.sql}\n)`, query_params: { ...params }, format: 'JSONEachRow' })
  const columns = await result.json<{ name: string; type: string }>()
  return Object.fromEntries(columns.map(({ name, type }) => [name, type]))
}
