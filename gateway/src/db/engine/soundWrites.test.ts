import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { testEngine } from '../../../../test/engine.ts'
import { openDatabase } from '../open.ts'
import { keepDefinitions } from './definitions.ts'
import { soundness, soundWriter, WriteNotSound } from './soundWrites.ts'
import { openEngine } from './supervise.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const PATIENCE = { timeout: 20_000, interval: 50 }
const VOLUME_BYTES = 160 * 2 ** 20
const mayMount = process.platform === 'linux' && process.getuid?.() === 0

/** An engine on a volume of its own, with a table of a thousand rows. */
async function engineOnVolume(silenceMs = 6000) {
  const dataDir = mkdtempSync(join(tmpdir(), 'waymark-volume-'))
  const volume = join(dataDir, 'engine')
  mkdirSync(volume)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${VOLUME_BYTES}`, 'tmpfs', volume])
  closers.push(() => {
    execFileSync('umount', ['-l', volume])
    rmSync(dataDir, { recursive: true, force: true })
  })
  const engine = await openEngine({ dataDir, memory: 2 ** 30, silenceMs })
  closers.push(() => engine.close())
  const db = await openDatabase({ engine })
  closers.push(() => db.close())
  await db.client.command({ query: 'CREATE TABLE kept (n UInt32) ENGINE = MergeTree ORDER BY n' })
  await db.client.command({ query: 'INSERT INTO kept SELECT number FROM numbers(1000)' })
  keepDefinitions(volume)

  const filler = join(volume, 'filler')
  return {
    db,
    fill: (besides = 0) => {
      const { bavail, bsize } = statfsSync(volume)
      spawnSync('fallocate', ['-l', String(bavail * bsize - besides), filler])
    },
    empty: () => rmSync(filler),
    untilStartedAnew: () => vi.waitFor(() => expect(engine.state()).toMatchObject({ isUp: true, restarts: 1 }), PATIENCE),
    count: async (table: string) =>
      (await db.reader.query({ query: `SELECT count() FROM ${table}`, format: 'JSONCompactEachRow' })).json<[number]>(),
  }
}

describe.skipIf(!mayMount)('on a volume that is full to the last byte,', () => {
  test.each([
    ['a new table', 'CREATE TABLE later (n UInt32) ENGINE = MergeTree ORDER BY n'],
    ['a change of a table', 'ALTER TABLE kept ADD COLUMN more String'],
    ['a change of its rows', 'ALTER TABLE kept MODIFY TTL toDateTime(n) + INTERVAL 90 YEAR SETTINGS mutations_sync = 0'],
  ])('%s that the engine calls done is told as failed; with room again it is made, and no row is gone', async (_, query) => {
    const { db, fill, empty, untilStartedAnew, count } = await engineOnVolume()
    fill()
    await expect(db.client.command({ query })).rejects.toThrow()
    empty()
    await untilStartedAnew()
    await db.client.command({ query })
    expect(await count('kept')).toEqual([[1000]])
  })

  test('an engine that cut something off is given nothing more, for it drops what came before', async () => {
    const { db, fill, empty } = await engineOnVolume(600_000)
    fill()
    await expect(db.client.command({ query: 'ALTER TABLE kept ADD COLUMN more String' })).rejects.toThrow(WriteNotSound)
    empty()
    await expect(db.client.command({ query: 'INSERT INTO kept (n) VALUES (1000)' })).rejects.toThrow(WriteNotSound)
  })

  test('an insert is refused while there is still some room, so that nothing is cut off', async () => {
    const { db, fill, count } = await engineOnVolume()
    fill(48 * 2 ** 20)
    await expect(db.client.command({ query: 'INSERT INTO kept VALUES (1)' })).rejects.toMatchObject({ code: '243' })
    expect(await count('kept')).toEqual([[1000]])
  })
})

test('an engine that wrote everything says so, and writes on it are what they are', async () => {
  const engine = testEngine()
  const known = await soundness(engine)
  expect(known).toMatchObject({ failedWrites: 0 })
  expect(known.start).not.toBe('')
  const db = await openDatabase({ engine })
  closers.push(() => db.close())
  const { summary } = await db.client.command({ query: 'CREATE TEMPORARY TABLE t (n UInt8)' })
  expect(summary).toBeDefined()
})

test('a write is told as failed when nobody can say whether it was done', async () => {
  const engine = testEngine()
  const db = await openDatabase({ engine })
  closers.push(() => db.close())
  const gone = { ...engine }
  const client = await soundWriter(db.client, gone)
  gone.url = 'http://127.0.0.1:1'
  await expect(client.command({ query: 'CREATE TEMPORARY TABLE t (n UInt8)' })).rejects.toThrow(WriteNotSound)
})

describe('who gives a write up while an engine hangs', () => {
  /** What `run` asks of the engine itself is answered; what is asked about it is not. */
  async function besideHanging(clock?: () => number) {
    const engine = { ...testEngine() }
    const db = await openDatabase({ engine: testEngine(), database: `waymark_test_hanging_${process.pid}` })
    closers.push(() => db.close())
    closers.push(() => db.client.command({ query: `DROP DATABASE ${db.name} SYNC` }))
    const client = await soundWriter(db.client, engine, clock)
    const asked = Promise.withResolvers<void>()
    const hanging = createServer(() => asked.resolve()).listen(0, '127.0.0.1')
    closers.push(() => {
      hanging.closeAllConnections()
      hanging.close()
    })
    await once(hanging, 'listening')
    engine.url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`
    const giving = new AbortController()
    const writing = client.command({ query: 'CREATE TABLE t (n UInt8) ENGINE = Memory', abort_signal: giving.signal })
    writing.catch(() => undefined)
    await asked.promise
    giving.abort()
    const tables = async () => (await db.client.query({ query: 'SHOW TABLES', format: 'JSONCompactEachRow' })).json()
    return { writing, tables }
  }

  test('waits for no word about it afterwards', async () => {
    const { writing, tables } = await besideHanging()
    await expect(writing).rejects.toMatchObject({ name: 'WriteNotSound', cause: { name: 'AbortError' } })
    expect(await tables()).toEqual([['t']])
  })

  test('waits for none before it either, and it is not begun', async () => {
    let at = 0
    const { writing, tables } = await besideHanging(() => (at += 1000))
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' })
    expect(await tables()).toEqual([])
  })
})
