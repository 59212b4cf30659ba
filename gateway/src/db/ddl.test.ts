import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { createDatabaseStatement, type Form, renderDdl, SHARD_BY } from './ddl.ts'
import { readMigrations } from './migrate.ts'

const CLUSTER: Form = { kind: 'cluster', cluster: 'main' }
const files = readMigrations()

const EXAMPLE = `-- What it holds.
CREATE TABLE IF NOT EXISTS accounts
(
    account_id String,
    version    UInt64,
    is_deleted UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY account_id
SETTINGS fsync_after_insert = 1`

describe('one server', () => {
  test('takes the text as it is, embedded or not', () => {
    for (const kind of ['embedded', 'server'] as const) expect(renderDdl(EXAMPLE, { kind }, 'waymark')).toEqual([EXAMPLE])
  })
})

describe('a cluster', () => {
  test('gets a replicated table on every shard and a distributed one above it', () => {
    expect(renderDdl(EXAMPLE, CLUSTER, 'waymark')).toEqual([
      `CREATE TABLE IF NOT EXISTS accounts_local ON CLUSTER 'main'
(
    account_id String,
    version    UInt64,
    is_deleted UInt8
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version, is_deleted)
ORDER BY account_id
SETTINGS fsync_after_insert = 1`,
      "CREATE TABLE IF NOT EXISTS accounts ON CLUSTER 'main' AS accounts_local ENGINE = Distributed('main', 'waymark', accounts_local, sipHash64(account_id))",
    ])
  })

  test('has materialized views between the tables of one shard', () => {
    const sql = 'CREATE MATERIALIZED VIEW IF NOT EXISTS events_in_mv TO events AS\nSELECT message_id\nFROM events_in\n'
    expect(renderDdl(sql, CLUSTER, 'waymark')).toEqual([
      "CREATE MATERIALIZED VIEW IF NOT EXISTS events_in_mv ON CLUSTER 'main' TO events_local AS\nSELECT message_id\nFROM events_in_local\n",
    ])
  })

  test('has views over the distributed tables', () => {
    expect(renderDdl('CREATE VIEW IF NOT EXISTS v AS SELECT * FROM events', CLUSTER, 'waymark')).toEqual([
      "CREATE VIEW IF NOT EXISTS v ON CLUSTER 'main' AS SELECT * FROM events",
    ])
  })

  test('alters columns of both tables, and what only the stored one has on that alone', () => {
    expect(renderDdl('ALTER TABLE events ADD COLUMN IF NOT EXISTS ip String', CLUSTER, 'w')).toEqual([
      "ALTER TABLE events_local ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS ip String",
      "ALTER TABLE events ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS ip String",
    ])
    expect(renderDdl('ALTER TABLE events MODIFY SETTING old_parts_lifetime = 1', CLUSTER, 'w')).toEqual([
      "ALTER TABLE events_local ON CLUSTER 'main' MODIFY SETTING old_parts_lifetime = 1",
    ])
  })

  test('is refused a statement nobody thought of, a table without shard key and a name with a quote', () => {
    expect(() => renderDdl('DROP TABLE events', CLUSTER, 'w')).toThrow('must start with CREATE TABLE')
    expect(() => renderDdl('CREATE TABLE IF NOT EXISTS new_one (a Int8) ENGINE = MergeTree ORDER BY a', CLUSTER, 'w')).toThrow('SHARD_BY')
    expect(() => renderDdl(EXAMPLE, { kind: 'cluster', cluster: "x' SYNC" }, 'w')).toThrow('cannot be the name')
    expect(() => createDatabaseStatement('a b', { kind: 'server' })).toThrow('cannot be the name')
  })
})

describe('the tables of this repository', () => {
  let shared: TestDatabase
  beforeAll(async () => {
    shared = await testDatabase({ tables: false })
  })
  afterAll(() => shared.close())

  test('are valid SQL in the form of a cluster', async () => {
    for (const { sql } of files) {
      for (const statement of renderDdl(sql, CLUSTER, 'waymark')) {
        await shared.db.client.command({ query: `EXPLAIN AST ${statement}` })
      }
    }
    await shared.db.client.command({ query: `EXPLAIN AST ${createDatabaseStatement('waymark', CLUSTER)}` })
  })

  test('keep rows that replace each other on one shard', () => {
    for (const { name, sql } of files) {
      const table = /CREATE TABLE IF NOT EXISTS (\w+)/.exec(sql)?.[1]
      const sortKey = /ReplacingMergeTree[\s\S]*ORDER BY \(?([^)\n]+)/.exec(sql)?.[1]
      if (table === undefined || sortKey === undefined) continue
      const columns = (SHARD_BY[table] ?? '').match(/\b[a-z_]+\b(?!\()/g) ?? ['none']
      expect(sortKey.split(/,\s*/), name).toEqual(expect.arrayContaining(columns))
    }
  })

  test('are numbered without gaps and start with what they are for', () => {
    expect(files.map(({ version }) => version)).toEqual(files.map((_, index) => index + 1))
    for (const { name, sql } of files) expect(sql, name).toMatch(/^-- \S.*\n/)
  })
})
