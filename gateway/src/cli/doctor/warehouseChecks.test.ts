import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase, testEngine } from '../../../../test/engine.ts'
import { loadConfig } from '../../config.ts'
import { rightsQuery, settingsQuery, tablesQuery, warehouseChecks } from './warehouseChecks.ts'

const shared: { full?: TestDatabase; empty?: TestDatabase } = {}
beforeAll(async () => {
  shared.full = await testDatabase()
  shared.empty = await testDatabase({ tables: false })
})
afterAll(async () => {
  await shared.full?.close()
  await shared.empty?.close()
})

function checks(database = '', { password = testEngine().writer.password, now = Date.now } = {}) {
  const url = new URL(testEngine().url)
  const CLICKHOUSE_URL = `http://${testEngine().writer.username}:${password}@${url.host}/${database}`
  return warehouseChecks(loadConfig({ CLICKHOUSE_URL, DATA_DIR: '/tmp/none' }, '/'), now)
}

const lines = (found: Awaited<ReturnType<typeof checks>>) => found.map(({ check, level, words }) => `${check} ${level} ${words}`).join('\n')

test('a server with our tables has nothing to be said against it', async () => {
  const found = await checks(shared.full?.db.name)
  expect(
    found.filter(({ level }) => level !== 'ok'),
    lines(found),
  ).toEqual([])
  expect(lines(found)).toMatch(/warehouse ok ClickHouse at .* is version \d+[\s\S]*tables ok The tables are up to date/)
})

test('a database without tables, tables that lack a file, and a history that is another version’s are told apart', async () => {
  expect(lines(await checks(shared.empty?.db.name))).toMatch(/tables warn .* no tables of Waymark yet/)
  const { client } = shared.full?.db ?? {}
  const mutate = (query: string) => client?.command({ query, clickhouse_settings: { mutations_sync: '2' } })
  await mutate("ALTER TABLE schema_migrations DELETE WHERE name = '0031_conservation_checks'")
  expect(lines(await checks(shared.full?.db.name))).toMatch(/tables warn 1 of .*0031_conservation_checks/)
  await mutate("ALTER TABLE schema_migrations UPDATE checksum = 'other' WHERE version = 30")
  expect(lines(await checks(shared.full?.db.name))).toMatch(/tables bad .*changed after it was applied/)
})

test('a wrong password and a clock that is off are named', async () => {
  const refused = await checks('x', { password: 'wrong-one' })
  expect(lines(refused)).toMatch(/warehouse bad .* cannot be used as/)
  expect(lines(refused)).not.toContain('wrong-one')
  expect(lines(await checks(shared.empty?.db.name, { now: () => Date.now() - 120_000 }))).toMatch(/clock bad .* ahead of/)
})

test.each([
  [settingsQuery, { names: [] }, 'name value'],
  [rightsQuery, {}, 'grants'],
  [tablesQuery, { database: 'x' }, 'has_database has_history'],
] as const)('%o gives the columns that its type says', async (query, params, columns) => {
  const { client } = shared.full?.db ?? {}
  if (client === undefined) throw new Error('no database')
  const types = await describeQuery(client, query, params)
  expect(Object.keys(types)).toEqual(columns.split(' '))
})
