/** The words of the documents against the tree: rooms, files, variables, commands and their options. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { loadConfig } from '../gateway/src/config.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
/** Decisions tell of what was once, too. */
const GUIDES = ['README.md', 'docs/ARCHITECTURE.md', 'docs/OPERATIONS.md', 'docs/PEERS.md', 'docs/TRACKING-PLAN.md']
const sorted = (names: Iterable<string>) => [...new Set(names)].sort()

const map = /## Map\n+```\n([\s\S]*?)\n```/.exec(read('docs/ARCHITECTURE.md'))?.[1] ?? ''
const entries = ['docs', 'gateway', 'schemas', 'sdk-browser', 'sdk-node', 'test'].flatMap(folder => [
  folder,
  ...readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => !/(^|\/)(node_modules|dist)(\/|$)/.test(join(entry.parentPath, entry.name)))
    .map(({ name }) => name),
])

test('the map of docs/ARCHITECTURE.md names every room of the gateway, and those of ingest', () => {
  const rooms = (folder: string) =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => (entry.isDirectory() ? [entry.name] : []))
  expect(rooms('gateway/src').filter(name => !map.includes(`src/${name}/`))).toEqual([])
  expect(rooms('gateway/src/ingest').filter(name => !new RegExp(`\\b${name}/`).test(map))).toEqual([])
  const files = readdirSync(join(root, 'gateway/src')).filter(name => /^[^.]+\.ts$/.test(name))
  expect(files.filter(name => !map.includes(name))).toEqual([])
})

test('the map names no folder and no file that is not there', () => {
  const names = [...map.matchAll(/([\w@.-]+)\/|(?<![\w.])([\w-]{2,}\.(?:ts|js|json))\b/g)].map(([, folder = '', file = folder]) => file)
  expect(names.length).toBeGreaterThan(40)
  expect(names.filter(name => !name.startsWith('@') && !entries.includes(name))).toEqual([])
})

test('every variable of the configuration is in the table, and the documents name no other', () => {
  const asked = new Set<string>()
  loadConfig(new Proxy({}, { get: (_, name) => void asked.add(String(name)) }), '/')
  const table = /## Configuration\n[\s\S]*$/.exec(read('docs/ARCHITECTURE.md'))?.[0] ?? ''
  const rows = [...table.matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+)/gm)].flatMap(([, cell = '']) => cell.match(/[A-Z_]+/g) ?? [])
  expect(sorted(rows)).toEqual(sorted(asked))
  // Of tests, of malloc, and no variable.
  const other = ['WAYMARK_SEED', 'WAYMARK_CHROMIUM', 'WAYMARK_CAPTURE', 'MALLOC_ARENA_MAX', 'MERGE_ID']
  const told = GUIDES.flatMap(file => [...read(file).matchAll(/(?<![\w$])([A-Z]+(?:_[A-Z]+)+)(?==|`)/g)].map(([, name = '']) => name))
  expect(sorted(told).filter(name => !asked.has(name) && !other.includes(name))).toEqual([])
})

test('every command and option that the documents name is one, and the table of docs/OPERATIONS.md has every command', async () => {
  const waymark = async (...args: string[]) => (await run('node', [join(root, 'gateway/waymark.js'), ...args])).stdout
  const commands = [...(await waymark('help')).matchAll(/^ {2}(\w+)/gm)].map(([, name = '']) => name)
  const usage = new Map(await Promise.all(commands.map(async name => [name, await waymark(name, '--help')] as const)))
  expect([...usage].filter(([name, text]) => !text.startsWith(`Usage: waymark ${name}`))).toEqual([])
  const table = /## Commands\n[\s\S]*?\n## /.exec(read('docs/OPERATIONS.md'))?.[0] ?? ''
  const rows = [...table.matchAll(/^\| `(\w+)(.*)/gm)]
  expect(rows.map(([, name]) => name).sort()).toEqual(sorted(commands))
  const calls = GUIDES.flatMap(file => [...read(file).matchAll(/(?:waymark -- |`waymark |`(?=sources |keys ))([a-z]\w*)([^`\n]*)/g)])
  expect(calls.length).toBeGreaterThan(25)
  const wrong = [...rows, ...calls].flatMap(([, name = '', rest = '']) =>
    (usage.has(name) ? (rest.replace(/ #.*/, '').match(/--[a-z-]+/g) ?? []) : ['is no command'])
      .filter(option => usage.get(name)?.includes(option) !== true)
      .map(option => `${name} ${option}`),
  )
  expect(wrong).toEqual([])
})
