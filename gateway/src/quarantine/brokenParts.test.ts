import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, truncateSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { describeQuery, testDatabase } from '../../../test/engine.ts'
import { brokenParts } from '../cli/doctor/brokenParts.ts'
import { warehouseChecks } from '../cli/doctor/warehouseChecks.ts'
import { loadConfig } from '../config.ts'
import type { Form } from '../db/ddl.ts'
import { openEngine } from '../db/engine/supervise.ts'
import { lateDatabase } from '../db/late.ts'
import { openDatabase } from '../db/open.ts'
import { type BrokenPart, brokenPartsQuery, createBrokenPartsRetention, dropBrokenParts, findBrokenParts } from './brokenParts.ts'

const DAY = 86_400_000

/** A table of ours of five parts, of which four are damaged but not yet found to be, and one of somebody else's that is damaged as well. */
async function damaged() {
  const dataDir = mkdtempSync(join(tmpdir(), 'waymark-broken-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const engine = await openEngine({ dataDir, memory: 2 ** 30 })
  onTestFinished(() => engine.close())
  const db = await openDatabase({ engine })
  onTestFinished(db.close)
  await db.client.command({ query: 'CREATE TABLE costs (n UInt32) ENGINE = MergeTree ORDER BY n' })
  await db.client.command({ query: 'SYSTEM STOP MERGES costs' })
  for (let part = 0; part < 5; part++) await db.client.command({ query: 'INSERT INTO costs SELECT number FROM numbers(1000)' })
  await db.client.command({ query: 'CREATE TABLE theirs (n UInt32) ENGINE = MergeTree PARTITION BY n ORDER BY n' })
  await db.client.command({ query: 'INSERT INTO theirs VALUES (77)' })

  const store = join(dataDir, 'engine/data/store')
  const files = () => readdirSync(store, { recursive: true, encoding: 'utf8' })
  const setAside = () =>
    files()
      .filter(path => /\/detached\/[^/]+$/.test(path))
      .map(path => path.slice(path.lastIndexOf('/') + 1))
      .sort()
  for (const path of files().filter(path => /(all_[1234]_[1234]|77_1_1)_0\/data\.bin$/.test(path))) {
    truncateSync(join(store, path), 10)
    // Written long before it broke: only when it was set aside counts.
    utimesSync(join(store, path, '..'), 1, 1)
  }
  async function restart(): Promise<void> {
    const before = engine.state()
    if (before.role !== 'holder') throw new Error('another process holds it')
    process.kill(before.pid, 'SIGKILL')
    const restarts = before.restarts + 1
    await vi.waitFor(() => expect(engine.state()).toMatchObject({ isUp: true, restarts }), { timeout: 20_000, interval: 20 })
  }
  const rename = (from: string, to: string) => {
    const path = files().find(path => path.endsWith(`/detached/${from}`)) ?? ''
    renameSync(join(store, path), join(store, path, '..', to))
  }
  const rowsKept = async () => (await (await db.client.query({ query: 'SELECT count() AS n FROM costs', format: 'JSONEachRow' })).json())[0]
  return { dataDir, db, restart, rename, setAside, rowsKept }
}

const name = (n: number) => `broken-on-start_all_${n}_${n}_0`
const THEIRS = 'broken-on-start_77_1_1_0'

test('parts that an engine set aside are told by the doctor, removed when they were set aside too long ago or on its order, and at a start where a kill was faster', async () => {
  const { dataDir, db, restart, rename, setAside, rowsKept } = await damaged()
  const doctor = (drops = false) => warehouseChecks(loadConfig({ DATA_DIR: dataDir }, '/'), Date.now, drops)
  expect(await findBrokenParts(db.client, db.name)).toEqual([])
  const startedAt = Date.now()
  await restart()
  expect(setAside()).toEqual([THEIRS, ...[1, 2, 3, 4].map(name)])

  const found = await findBrokenParts(db.client, db.name)
  expect(found.map(({ table, part }) => `${table} ${part}`)).toEqual([1, 2, 3, 4].map(n => `costs ${name(n)}`))
  for (const { set_aside_at } of found) expect(Math.abs(set_aside_at - startedAt)).toBeLessThan(60_000)
  expect(await findBrokenParts(db.client, 'another')).toEqual([])
  const words = expect.stringContaining('could not be read at a start and were set aside: 4, of costs.')
  expect(await doctor()).toContainEqual(expect.objectContaining({ check: 'tables', level: 'warn', words }))
  const todo = async (days: number | null) => (await brokenParts(db.client, db.name, { isDropped: false, days }))[0]?.todo
  expect(await todo(30)).toContain('a gateway removes them 30 days after')
  expect(await todo(null)).toContain('no gateway removes them of a cluster')
  expect(setAside(), 'who only looks removes nothing').toHaveLength(5)

  const dropped: BrokenPart[] = []
  let clock = Date.now()
  const sweep = createBrokenPartsRetention({ db, days: 2, now: () => clock, onDropped: parts => void dropped.push(...parts) })
  await sweep()
  expect(setAside(), 'none is two days old, however old its rows are').toHaveLength(5)
  rename(name(1), name(9))
  clock += 2 * DAY - 60_000
  await sweep()
  expect(setAside()).toHaveLength(5)
  clock += 61_000 + 60_000
  await sweep()
  expect(setAside(), 'it looked within the hour').toHaveLength(5)
  // What another process removes first is no failure.
  const gone = found.slice(0, 1)
  await dropBrokenParts(db.client, gone)
  // A kill in the middle of a removal leaves this name, which no statement may give.
  rename(name(2), `deleting_${name(2)}`)
  rename(name(3), 'all_3_3_0')
  clock += 3_600_000
  await sweep()
  expect(dropped.map(({ part }) => part).sort()).toEqual([name(4), name(9)])
  expect(setAside(), 'what somebody detached himself, and what is of his tables, is his').toEqual([
    'all_3_3_0',
    THEIRS,
    `deleting_${name(2)}`,
  ])
  await restart()
  expect(setAside()).toEqual(['all_3_3_0', THEIRS])

  rename('all_3_3_0', name(3))
  const removed = expect.stringContaining('were removed: 1, of costs.')
  expect(await doctor(true)).toContainEqual(expect.objectContaining({ check: 'tables', level: 'ok', words: removed }))
  expect(setAside()).toEqual([THEIRS])
  expect(await doctor(true)).toContainEqual(expect.objectContaining({ level: 'ok', words: expect.stringContaining('none were removed') }))
  expect(await rowsKept()).toEqual({ n: 1000 })
}, 60_000)

test('of a cluster, and where the user may not look, nothing is removed; a removal that fails is told', async () => {
  const { db, close } = await testDatabase({ tables: false })
  onTestFinished(close)
  const columns = { table: 'String', part: 'String', set_aside_at: 'Int64' }
  expect(await describeQuery(db.client, brokenPartsQuery, { database: db.name, tables: [] })).toEqual(columns)
  await expect(dropBrokenParts(db.client, [{ table: 'nowhere', part: name(1), set_aside_at: 0 }])).rejects.toThrow(/nowhere/)
  const edges = { days: 1, now: () => 0, onDropped: () => undefined }
  const untouchable = (form: Form) => lateDatabase({ name: db.name, form }, () => 'not to be asked').db
  // As a user of a server without rights on its system tables: no failure each hour.
  await expect(findBrokenParts(db.reader, db.name)).rejects.toMatchObject({ code: '497' })
  await createBrokenPartsRetention({ ...edges, db: { ...db, client: db.reader } })()
  await createBrokenPartsRetention({ ...edges, db: untouchable({ kind: 'cluster', cluster: 'c' }) })()
  await expect(createBrokenPartsRetention({ ...edges, db: untouchable({ kind: 'server' }) })()).rejects.toThrow('not to be asked')
})

test('without a gateway the order to remove is not taken for done', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'waymark-none-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  mkdirSync(join(dataDir, 'engine'))
  expect(await warehouseChecks(loadConfig({ DATA_DIR: dataDir }, '/'), Date.now, true)).toContainEqual(
    expect.objectContaining({ check: 'tables', level: 'bad', todo: expect.stringContaining('--drop-broken') }),
  )
}, 30_000)
