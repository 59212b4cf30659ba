import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { type Database, openDatabase } from '../open.ts'
import { keepDefinitions, mendDefinitions } from './definitions.ts'
import { type Engine, openEngine } from './supervise.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const PATIENCE = { timeout: 20_000, interval: 20 }

async function engineWithRows() {
  const dataDir = mkdtempSync(join(tmpdir(), 'waymark-definitions-'))
  closers.push(() => rmSync(dataDir, { recursive: true, force: true }))
  const log: string[] = []
  const engine = await openEngine({ dataDir, memory: 2 ** 30, log: message => log.push(message) })
  closers.push(() => engine.close())
  const db = await openDatabase({ engine })
  closers.push(() => db.close())
  await db.client.command({ query: 'CREATE TABLE kept (n UInt32) ENGINE = MergeTree ORDER BY n' })
  await db.client.command({ query: 'INSERT INTO kept SELECT number FROM numbers(1000)' })
  const folder = join(dataDir, 'engine')
  const file = (name: string) => join(folder, 'data/metadata/waymark', name)
  return { engine, db, log, folder, file }
}

async function killAndWait(engine: Engine): Promise<void> {
  const state = engine.state()
  if (state.role !== 'holder') throw new Error('another process holds it')
  process.kill(state.pid, 'SIGKILL')
  await vi.waitFor(() => expect(engine.state()).toMatchObject({ isUp: true, restarts: state.restarts + 1 }), PATIENCE)
}

async function numbers({ client }: Database, table: string): Promise<unknown> {
  return (await client.query({ query: `SELECT count() FROM ${table}`, format: 'JSONCompactEachRow' })).json()
}

test.each([
  ['empty', () => ''],
  ['cut off in the middle', (text: string) => text.slice(0, 60)],
])('an engine one of whose definitions is %s starts with the copy of it, and has every row', async (_, cut) => {
  const { engine, db, log, folder, file } = await engineWithRows()
  keepDefinitions(folder)
  writeFileSync(file('kept.sql'), cut(readFileSync(file('kept.sql'), 'utf8')))
  await killAndWait(engine)
  expect(await numbers(db, 'kept')).toEqual([[1000]])
  expect(log.join('\n')).toContain('the definition waymark/kept.sql was cut off and is as it was before')
})

test('a definition without a copy was cut off while it was made: the engine starts without it, and it can be made again', async () => {
  const { engine, db, folder, file } = await engineWithRows()
  keepDefinitions(folder)
  const statement = { query: 'CREATE TABLE IF NOT EXISTS later (n UInt32) ENGINE = MergeTree ORDER BY n' }
  await db.client.command(statement)
  truncateSync(file('later.sql'))
  await killAndWait(engine)
  expect(existsSync(join(folder, 'definitions-damaged/waymark/later.sql'))).toBe(true)
  await db.client.command(statement)
  expect(await numbers(db, 'later')).toEqual([[0]])
  expect(await numbers(db, 'kept')).toEqual([[1000]])
})

test('an engine copies the definitions that it starts with, forgets those that are gone, and never copies an empty one', async () => {
  const { engine, db, folder, file } = await engineWithRows()
  const copy = (name: string) => join(folder, 'definitions/waymark', name)
  await killAndWait(engine)
  expect(readFileSync(copy('kept.sql'), 'utf8')).toBe(readFileSync(file('kept.sql'), 'utf8'))
  await db.client.command({ query: 'ALTER TABLE kept ADD COLUMN more String' })
  const before = readFileSync(file('kept.sql'), 'utf8')
  keepDefinitions(folder)
  expect(readFileSync(copy('kept.sql'), 'utf8')).toContain('more')
  truncateSync(file('kept.sql'))
  keepDefinitions(folder)
  expect(readFileSync(copy('kept.sql'), 'utf8')).toBe(before)
  writeFileSync(file('kept.sql'), before)
  await db.client.command({ query: 'DROP TABLE kept SYNC' })
  keepDefinitions(folder)
  expect(existsSync(copy('kept.sql'))).toBe(false)
})

test('a start that fails for another reason leaves definitions alone, and so does one in a folder that has no copies yet', async () => {
  const { folder, file } = await engineWithRows()
  const text = readFileSync(file('kept.sql'), 'utf8')
  // As an engine names it when something else of the table is wrong.
  const words = `Cannot attach table from metadata file ${relative(join(folder, 'data'), realpathSync(file('kept.sql')))}: too many broken parts`
  mkdirSync(join(folder, 'definitions'), { recursive: true })
  rmSync(join(folder, 'definitions/waymark'), { recursive: true, force: true })
  expect(mendDefinitions(folder, words)).toEqual([])
  keepDefinitions(folder)
  writeFileSync(file('kept.sql'), `${text}\n`)
  expect(mendDefinitions(folder, words)).toEqual([])
  rmSync(join(folder, 'definitions'), { recursive: true })
  writeFileSync(file('kept.sql'), '')
  expect(mendDefinitions(folder, words)).toEqual([])
  expect(existsSync(file('kept.sql'))).toBe(true)
  writeFileSync(file('kept.sql'), text)
})

/** `definitions` of many tables as an engine would have them. */
function folderOfTables(): { folder: string; names: readonly string[]; file: (name: string) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-definitions-'))
  closers.push(() => rmSync(folder, { recursive: true, force: true }))
  const names = Array.from({ length: 200 }, (_, index) => `t${index}.sql`)
  const file = (name: string) => join(folder, 'data/metadata/waymark', name)
  mkdirSync(join(folder, 'data/metadata/waymark'), { recursive: true })
  for (const name of names) writeFileSync(file(name), `ATTACH TABLE ${name}\n`)
  return { folder, names, file }
}

test('processes that copy at the same time all succeed, and leave nothing but the copies', async () => {
  const { folder, names } = folderOfTables()
  const module = JSON.stringify(new URL('./definitions.ts', import.meta.url).href)
  const script = `import { keepDefinitions } from ${module}; import { rmSync } from 'node:fs'
    for (let times = 0; times < 20; times++) { keepDefinitions(process.argv[1]); rmSync(process.argv[1] + '/definitions/waymark/t' + times + '.sql', { force: true }) }
    keepDefinitions(process.argv[1])`
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, folder])
  await Promise.all([run(), run(), run()])
  keepDefinitions(folder)
  expect(readdirSync(join(folder, 'definitions/waymark')).sort()).toEqual([...names].sort())
})

test('a definition that is being cut off while others are copied is not', () => {
  const { folder, file } = folderOfTables()
  keepDefinitions(folder)
  writeFileSync(file('t1.sql'), 'ATTACH TAB')
  keepDefinitions(folder)
  expect(readFileSync(join(folder, 'definitions/waymark/t1.sql'), 'utf8')).toBe('ATTACH TABLE t1.sql\n')
})
