/** Builds dist/ in seconds: `node sdk-browser/build.ts`. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import terser from '@rollup/plugin-terser'
import { type Plugin, rollup } from 'rollup'
import { snippet } from './src/snippet.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const schemas = fileURLToPath(new URL('../schemas/src/', import.meta.url))

// The plugin's types describe its CommonJS build, Node loads the other one.
const minify = terser as unknown as typeof terser.default

const strip: Plugin = {
  name: 'strip-types',
  resolveId: id => (id.startsWith('@waymark/schemas/') ? `${schemas}${id.slice('@waymark/schemas/'.length)}.ts` : null),
  transform: (code, id) => (id.endsWith('.ts') ? { code: stripTypeScriptTypes(code), map: null } : null),
}

const FILES = {
  'waymark.mjs': { input: 'index.ts', format: 'es' },
  'snippet.mjs': { input: 'snippet.ts', format: 'es' },
  'waymark.js': { input: 'iife.ts', format: 'iife' },
} as const
export type BuiltFile = keyof typeof FILES

/** One file of the package as text. */
export async function bundle(file: BuiltFile): Promise<string> {
  const { input, format } = FILES[file]
  const build = await rollup({ input: join(here, 'src', input), plugins: [strip] })
  const options = { ecma: 2020, module: format === 'es', toplevel: true, compress: { passes: 3, unsafe_arrows: true } } as const
  const { output } = await build.generate({ format, plugins: [minify(options)] })
  await build.close()
  return output[0].code
}

export function sizes(code: string): { raw: number; gzip: number; brotli: number } {
  const raw = Buffer.from(code)
  return { raw: raw.length, gzip: gzipSync(raw, { level: 9 }).length, brotli: brotliCompressSync(raw).length }
}

/** What the public declarations reach. */
const TYPES = {
  'sdk-browser/src/index.d.ts': 'index.d.ts',
  'sdk-browser/src/api.d.ts': 'api.d.ts',
  'sdk-browser/src/snippet.d.ts': 'snippet.d.ts',
  'schemas/src/event.d.ts': 'schemas/event.d.ts',
}

/** Declarations that stand alone: the schemas' ones are copied and every import names a file of this package. */
function writeTypes(out: string) {
  const raw = mkdtempSync(join(tmpdir(), 'waymark-types-'))
  const compiler = join(here, '../node_modules/typescript/bin/tsc')
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', join(here, '..'), '--outDir', raw]
  const run = spawnSync(process.execPath, [compiler, '-p', join(here, 'tsconfig.json'), ...options], { encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`Declarations of sdk-browser: tsc failed.\n${run.stdout}${run.stderr}`)
  mkdirSync(join(out, 'schemas'), { recursive: true })
  for (const [from, to] of Object.entries(TYPES)) {
    const text = readFileSync(join(raw, from), 'utf8')
    const local = text.replace(/'@waymark\/schemas\/(\w+)'/g, "'./schemas/$1.js'").replace(/'(\.[^']+)\.ts'/g, "'$1.js'")
    writeFileSync(join(out, to), local)
  }
  rmSync(raw, { recursive: true })
}

/** The whole package into `dist`. */
export async function build(dist: string): Promise<void> {
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist, { recursive: true })
  for (const file of Object.keys(FILES) as BuiltFile[]) writeFileSync(join(dist, file), await bundle(file))
  writeFileSync(join(dist, 'snippet.html'), snippet({ writeKey: 'YOUR_WRITE_KEY', host: 'https://YOUR_GATEWAY' }))
  writeTypes(join(dist, 'types'))
}

if (import.meta.main) {
  const dist = join(here, 'dist')
  await build(dist)
  for (const file of Object.keys(FILES)) {
    const { raw, gzip, brotli } = sizes(readFileSync(join(dist, file), 'utf8'))
    console.log(`sdk-browser/dist/${file}: ${raw} B, gzip ${gzip} B, brotli ${brotli} B`)
  }
}
