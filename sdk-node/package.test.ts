/** The package as it would be published, from a build of its own. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build } from './build.ts'
import { Waymark } from './src/index.ts'
import { LIBRARY } from './src/version.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const manifest = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'))
const home = mkdtempSync(join(tmpdir(), 'waymark-package-'))
const folder = join(home, 'node_modules/@waymark/node')

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  cpSync(join(here, 'package.json'), join(folder, 'package.json'))
  await build(join(folder, 'dist'))
})
afterAll(() => rmSync(home, { recursive: true }))

test('publint finds nothing to say', async () => {
  const { messages } = await publint({ pkgDir: folder, strict: true, pack: false })
  expect(messages.map(message => formatMessage(message, manifest))).toEqual([])
})

test('it has no dependency, and names itself and its version to the gateway', () => {
  expect(manifest.dependencies).toBeUndefined()
  expect(LIBRARY).toEqual({ name: manifest.name, version: manifest.version })
  const code = readFileSync(join(folder, 'dist/waymark.mjs'), 'utf8')
  for (const [, specifier] of code.matchAll(/\bfrom "([^"]+)"/g)) expect(specifier).toMatch(/^node:/)
  expect(code).not.toMatch(/\brequire\(|\beval\(|new Function|process\.env/)
})

test('every import of the declarations leads to a file of the package', () => {
  const types = join(folder, 'dist/types')
  for (const file of readdirSync(types, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.d.ts'))) {
    for (const [, specifier = ''] of readFileSync(join(types, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)) {
      expect(specifier).toMatch(/^\./)
      expect(existsSync(resolve(types, dirname(file), specifier.replace(/\.js$/, '.d.ts')))).toBe(true)
    }
  }
})

test("a strict TypeScript project without Node's types can use every call with Segment's objects", () => {
  writeFileSync(
    join(home, 'use.mts'),
    `import { Waymark, type DeliveryError, type FlushResult } from '@waymark/node'
     const waymark = new Waymark({ writeKey: 'wk', host: 'https://events.acme.test', flushAt: 20, flushInterval: 10000 })
     waymark.track({ userId: 'u_1', event: 'Invoice Paid', groupId: 'acme', properties: { amount: 10 } }, error => error?.code)
     waymark.page({ anonymousId: 'a', name: 'Docs', category: 'Help' }); waymark.screen({ userId: 7, name: 'Home' })
     waymark.identify({ userId: 'u_1', traits: { email: 'a@b.test' }, timestamp: new Date(), context: { groupId: 'acme' } })
     waymark.group({ userId: 'u_1', groupId: 'acme', traits: { name: 'Acme' } }); waymark.alias({ userId: 'u_1', previousId: 'a' })
     const off: () => void = waymark.on('error', (error: DeliveryError) => error.messageIds.length)
     const result: FlushResult = await waymark.flush({ timeoutMs: 100 })
     export const lost: number = result.failed + (await waymark.close()).dropped; off()
     // @ts-expect-error: somebody has to have done it
     waymark.track({ event: 'Invoice Paid' })
     // @ts-expect-error: an event needs a name
     waymark.track({ userId: 'u_1' })\n`,
  )
  const compiler = resolve(here, '../node_modules/typescript/bin/tsc')
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022', '--types', '']
  const run = spawnSync(process.execPath, [compiler, ...options, 'use.mts'], { cwd: home, encoding: 'utf8' })
  expect(run.stdout).toBe('')
  expect(run.status).toBe(0)
})

test.each([
  [undefined, 'writeKey'],
  [{ host: 'https://a.test' }, 'writeKey'],
  [{ writeKey: 'wk' }, 'host'],
  [{ writeKey: 'wk', host: 'events.acme.com' }, 'host'],
  [{ writeKey: 'wk', host: 'https://a.test', concurrency: 0 }, 'concurrency'],
  [{ writeKey: 'wk', host: 'https://a.test', maxQueueBytes: '1' }, 'maxQueueBytes'],
])('options that cannot work are a TypeError that names them: %j', (options, name) => {
  expect(() => new Waymark(options as never)).toThrow(TypeError)
  expect(() => new Waymark(options as never)).toThrow(name)
})
