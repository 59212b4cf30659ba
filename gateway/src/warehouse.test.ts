import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { loadConfig } from './config.ts'
import type { Database } from './db/open.ts'
import { createLog } from './log.ts'
import { openWarehouse } from './warehouse.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

test('no table is made or changed while there can be no copy of its definition, and all are when there can', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'waymark-warehouse-'))
  closers.push(() => rmSync(dataDir, { recursive: true, force: true }))
  const copies = join(dataDir, 'engine/definitions')
  mkdirSync(join(dataDir, 'engine'))
  writeFileSync(copies, 'in the way')
  const lines: string[] = []
  const log = createLog({ level: 'warn', write: line => lines.push(line), now: Date.now })
  const config = loadConfig({ DATA_DIR: dataDir }, '/')

  await expect(openWarehouse(config, log, 'test')).rejects.toMatchObject({ code: 'EEXIST', path: copies })
  expect(lines.join('\n')).toContain('definitions of tables could not be copied')

  expect(readdirSync(join(dataDir, 'engine/data/metadata/waymark'))).toEqual(['schema_migrations.sql'])

  rmSync(copies)
  const { db, close } = await openWarehouse(config, log, 'test')
  closers.push(close)
  expect(await tablesOf(db)).toHaveLength(readdirSync(join(copies, 'waymark')).length)
})

async function tablesOf({ client }: Database): Promise<readonly unknown[]> {
  return (await client.query({ query: 'SHOW TABLES', format: 'JSONCompactEachRow' })).json()
}
