import { afterEach, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { type MigrateOptions, type Migration, migrate, pendingMigrations, readMigrations } from './migrate.ts'

const files = readMigrations()
const few = files.slice(0, 6)

const databases: TestDatabase[] = []
afterEach(async () => {
  for (const database of databases.splice(0)) await database.close()
})

async function empty(): Promise<{
  run: (options?: Partial<MigrateOptions>, log?: (message: string) => void) => Promise<readonly Migration[]>
  tables: () => Promise<unknown>
}> {
  const database = await testDatabase({ tables: false })
  databases.push(database)
  const { client, form, name } = database.db
  return {
    run: (options, log) => migrate(client, { form, database: name, ...options }, log),
    async tables() {
      const result = await client.query({
        query:
          'SELECT name, replaceAll(create_table_query, database, {as:String}) AS ddl FROM system.tables WHERE database = currentDatabase() ORDER BY name',
        query_params: { as: 'waymark' },
        format: 'JSONEachRow',
      })
      return result.json()
    },
  }
}

describe('migrate', () => {
  test('applies every file in order to a fresh database, and nothing the second time', async () => {
    const { run, tables } = await empty()
    const said: string[] = []
    expect(await run({}, message => said.push(message))).toEqual(files)
    expect(said).toEqual(files.map(({ name }) => `applied ${name}`))
    const before = await tables()
    const created = files.filter(({ sql }) => /^CREATE /m.test(sql))
    expect(before).toHaveLength(created.length + 1)
    expect(await run()).toEqual([])
    expect(await tables()).toEqual(before)
  })

  test('interrupted at any boundary, the next run completes to the same tables', async () => {
    const clean = await empty()
    await clean.run({ migrations: few })
    const { run, tables } = await empty()
    for (const [index, at] of few.entries()) {
      for (const when of ['begun', 'executed', 'recorded'] as const) {
        const onStep = (migration: Migration, step: string) => {
          if (migration.version === at.version && step === when) throw new Error('killed')
        }
        await expect(run({ migrations: few.slice(0, index + 1), onStep })).rejects.toThrow('killed')
        if (when !== 'recorded') continue
        expect(await run({ migrations: few.slice(0, index + 1) })).toEqual([])
      }
    }
    expect(await tables()).toEqual(await clean.tables())
  })

  test('two processes that migrate at once agree', async () => {
    const { run, tables } = await empty()
    await Promise.all([run({ migrations: few }), run({ migrations: few })])
    expect(await tables()).toHaveLength(few.length + 1)
    expect(await run({ migrations: few })).toEqual([])
  })

  test('a statement that fails names its file and counts as not applied', async () => {
    const { run } = await empty()
    const broken = { version: 1, name: '0001_broken', sql: '-- Broken.\nCREATE TABLE IF NOT EXISTS t (a Nonsense) ENGINE = Memory' }
    await expect(run({ migrations: [broken] })).rejects.toThrow('Migration 0001_broken failed: ')
    const mended = { ...broken, sql: '-- Mended.\nCREATE TABLE IF NOT EXISTS t (a UInt8) ENGINE = Memory' }
    expect(await run({ migrations: [mended] })).toEqual([mended])
  })

  test('a file that changed after it was applied is refused, with what to do', async () => {
    const { run } = await empty()
    await run({ migrations: few })
    const changed = few.map(migration => (migration.version === 5 ? { ...migration, sql: `${migration.sql}\n` } : migration))
    await expect(run({ migrations: changed })).rejects.toThrow(/0005_rejected_events.*next number/)
  })
})

test('a database from a newer version is refused', () => {
  const applied = [{ version: 99, name: '0099_future', checksum: '' }]
  expect(() => pendingMigrations(files, applied)).toThrow(/0099_future.*newer/)
})
