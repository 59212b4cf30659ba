/** Builds dist/ in seconds: `node sdk-browser/build.ts`. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import terser from '@rollup/plugin-terser'
import { rollup } from 'rollup'
import { stripTypes, writeTypes } from '../schemas/packaging.ts'
import { snippet } from './src/snippet.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

// The plugin's types describe its CommonJS build, Node loads the other one.
const minify = terser as unknown as typeof terser.default

const FILES = {
  'waymark.mjs': { input: 'index.ts', format: 'es' },
  'snippet.mjs': { input: 'snippet.ts', format: 'es' },
  'waymark.js': { input: 'iife.ts', format: 'iife' },
} as const
export type BuiltFile = keyof typeof FILES

/** One file of the package as text. */
export async function bundle(file: BuiltFile): Promise<string> {
  const { input, format } = FILES[file]
  const build = await rollup({ input: join(here, 'src', input), plugins: [stripTypes] })
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

/** The whole package into `dist`. */
export async function build(dist: string): Promise<void> {
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist, { recursive: true })
  for (const file of Object.keys(FILES) as BuiltFile[]) writeFileSync(join(dist, file), await bundle(file))
  writeFileSync(join(dist, 'snippet.html'), snippet({ writeKey: 'YOUR_WRITE_KEY', host: 'https://YOUR_GATEWAY' }))
  writeTypes('sdk-browser', TYPES, join(dist, 'types'))
}

if (import.meta.main) {
  const dist = join(here, 'dist')
  await build(dist)
  for (const file of Object.keys(FILES)) {
    const { raw, gzip, brotli } = sizes(readFileSync(join(dist, file), 'utf8'))
    console.log(`sdk-browser/dist/${file}: ${raw} B, gzip ${gzip} B, brotli ${brotli} B`)
  }
}
