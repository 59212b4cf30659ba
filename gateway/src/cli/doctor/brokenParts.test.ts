import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { describeQuery } from '../../../../test/engine.ts'
import { loadConfig } from '../../config.ts'
import { openEngine } from '../../db/engine/supervise.ts'
import { openDatabase } from '../../db/open.ts'
import { brokenParts, brokenPartsQuery } from './brokenParts.ts'
import { warehouseChecks } from './warehouseChecks.ts'

test('parts that an engine set aside when it started are told, with their tables', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'waymark-broken-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const engine = await openEngine({ dataDir, memory: 2 ** 30 })
  onTestFinished(() => engine.close())
  const { client, name, close } = await openDatabase({ engine })
  onTestFinished(close)
  await client.command({ query: 'CREATE TABLE kept (n UInt32) ENGINE = MergeTree ORDER BY n' })
  await client.command({ query: 'INSERT INTO kept SELECT number FROM numbers(1000)' })
  expect(await brokenParts(client, name)).toEqual([])

  const store = join(dataDir, 'engine/data/store')
  const part = readdirSync(store, { recursive: true }).find(path => String(path).endsWith('all_1_1_0/data.bin'))
  truncateSync(join(store, String(part)), 10)
  const before = engine.state()
  if (before.role !== 'holder') throw new Error('another process holds it')
  process.kill(before.pid, 'SIGKILL')
  await vi.waitFor(() => expect(engine.state()).toMatchObject({ isUp: true, restarts: 1 }), { timeout: 20_000, interval: 20 })

  const words = expect.stringContaining('could not be read at a start and were set aside: 1, of kept.')
  const told = await warehouseChecks(loadConfig({ DATA_DIR: dataDir }, '/'), Date.now)
  expect(told).toContainEqual(expect.objectContaining({ check: 'tables', level: 'warn', words }))
  expect(await brokenParts(client, 'another')).toEqual([])
  expect(await describeQuery(client, brokenPartsQuery, { database: name })).toEqual({ parts: 'UInt64', tables: 'Array(String)' })
})
