/** The package as it would be published, from a build of its own. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build, sizes } from './build.ts'
import { LIBRARY } from './src/version.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const manifest = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'))
const home = mkdtempSync(join(tmpdir(), 'waymark-package-'))
const folder = join(home, 'node_modules/@waymark/browser')
/** Bytes of brotli. */
const BUDGET_BROTLI = 4400
const built = (file: string) => readFileSync(join(folder, 'dist', file), 'utf8')

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
  for (const file of ['waymark.mjs', 'waymark.js', 'snippet.mjs'])
    expect(built(file)).not.toMatch(/\bimport\b|\brequire\(|\beval\(|new Function/)
})

test('the one-file build stays within its weight', () => {
  const { raw, gzip, brotli } = sizes(built('waymark.js'))
  console.log(`waymark.js: ${raw} B, gzip ${gzip} B, brotli ${brotli} B`)
  expect(brotli).toBeLessThanOrEqual(BUDGET_BROTLI)
})

test('the inline loader stays within its weight', () => {
  expect(sizes(built('snippet.html')).brotli).toBeLessThanOrEqual(400)
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

test("a strict TypeScript project can use every call in Segment's argument orders", () => {
  writeFileSync(
    join(home, 'use.mts'),
    `import { createWaymark, type DeliveryError, type FlushResult } from '@waymark/browser'
     import { snippet } from '@waymark/browser/snippet'
     const waymark = createWaymark({ writeKey: 'wk', host: 'https://events.acme.test' })
     waymark.page(); waymark.page('Home'); waymark.page('Docs', 'Intro', { a: 1 }, { context: { groupId: 'acme' } }, () => {})
     waymark.track('Demo Requested', { plan: 'team' }, { timestamp: new Date() }, () => {}); waymark.track('Left', () => {})
     waymark.identify('u_1', { email: 'a@b.test' }); waymark.identify({ title: 'CTO' }); waymark.group('acme', { name: 'Acme' })
     waymark.alias('u_1', 'old'); waymark.reset({ keepAnonymousId: true }); waymark.consent({ analytics: false })
     const off: () => void = waymark.on('error', (error: DeliveryError) => console.log(error.code, error.messageIds))
     const result: FlushResult = await waymark.flush()
     const html: string = snippet({ writeKey: 'wk', host: 'https://events.acme.test' })
     // @ts-expect-error: an event needs a name
     waymark.track()
     console.log(off, result.pending, html)\n`,
  )
  const compiler = resolve(here, '../node_modules/typescript/bin/tsc')
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom', '--types', '']
  const run = spawnSync(process.execPath, [compiler, ...options, 'use.mts'], { cwd: home, encoding: 'utf8' })
  expect(run.stdout).toBe('')
  expect(run.status).toBe(0)
})
