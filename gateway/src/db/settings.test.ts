import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { EVENTS_TARGET, replicatedSettings } from '../ingest/load/insert.ts'
import { rows } from './query.ts'
import { CLUSTER_SETTINGS, PINNED_SETTINGS, pinnedSettings } from './settings.ts'

let shared: TestDatabase
beforeAll(async () => {
  shared = await testDatabase({ tables: false })
})
afterAll(() => shared.close())

test('a server is not sent what it does not know', () => {
  expect(pinnedSettings({ kind: 'server' }, new Set(['max_threads']))).toEqual(PINNED_SETTINGS)
  expect(pinnedSettings({ kind: 'cluster', cluster: 'c' }, new Set())).toEqual({ ...PINNED_SETTINGS, ...CLUSTER_SETTINGS })
})

test.each(['embedded', 'server', 'cluster'] as const)(
  'whether an insert is compared with earlier ones is said by insert_deduplicate alone (%s)',
  kind => {
    const form = kind === 'cluster' ? { kind, cluster: 'c' } : { kind }
    expect(pinnedSettings(form, new Set(['deduplicate_insert']))).toMatchObject({
      insert_deduplicate: 0,
      deduplicate_insert: 'backward_compatible_choice',
    })
  },
)

// Replicated tables cannot be written to here; a plain table that keeps a window of tokens takes the same decision on the same settings.
test.each([
  ['rows', 'FORMAT JSONCompactEachRow'],
  [
    'a selection of what is sent',
    "WITH rowNumberInAllBlocks() AS place SELECT n + 0 * place FROM input('n UInt64') FORMAT JSONCompactEachRow",
  ],
])('with the settings of a cluster, a repeated insert of %s is known by its token', async (what, source) => {
  const { client } = shared.db
  const table = `window_${source.length}`
  await client.command({
    query: `CREATE TABLE ${table} (n UInt64) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 100`,
  })
  const insert = async (kind: 'cluster' | 'server', segment: string) => {
    const form = kind === 'cluster' ? { kind, cluster: 'c' } : { kind }
    const settings = replicatedSettings(form, EVENTS_TARGET.table, { segments: [segment], places: [0] })
    const values = Readable.from(['[1]\n[2]'], { objectMode: false })
    const { stream } = await client.exec({ query: `INSERT INTO ${table} (n) ${source}`, values, clickhouse_settings: settings })
    await stream.resume().toArray()
    const [found] = await rows<Record<string, never>, { n: number }>(client, { name: 'test', sql: `SELECT count() AS n FROM ${table}` }, {})
    return found?.n
  }
  expect([await insert('cluster', 's1'), await insert('cluster', 's1')], what).toEqual([2, 2])
  expect(await insert('cluster', 's2'), 'other rows that look the same').toBe(4)
  expect([await insert('server', 's1'), await insert('server', 's1')], 'elsewhere nothing is compared').toEqual([6, 8])
})
