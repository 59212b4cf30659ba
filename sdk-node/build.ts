/** Builds dist/ in seconds: `node sdk-node/build.ts`. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import terser from '@rollup/plugin-terser'
import { type Plugin, rollup } from 'rollup'

const here = fileURLToPath(new URL('.', import.meta.url))
const schemas = fileURLToPath(new URL('../schemas/src/', import.meta.url))

// The plugin's types describe its CommonJS build, Node loads the other one.
const format = terser as unknown as typeof terser.default

const strip: Plugin = {
  name: 'strip-types',
  resolveId: id => {
    if (id.startsWith('node:')) return { id, external: true }
    return id.startsWith('@waymark/schemas/') ? `${schemas}${id.slice('@waymark/schemas/'.length)}.ts` : null
  },
  transform: (code, id) => (id.endsWith('.ts') ? { code: stripTypeScriptTypes(code), map: null } : null),
}

/** The package's one module as text, readable in a stack trace: stripped types leave blanks, which are laid out anew. */
export async function bundle(): Promise<string> {
  const build = await rollup({ input: join(here, 'src/index.ts'), plugins: [strip] })
  const readable = { ecma: 2020, module: true, mangle: false, compress: false, format: { beautify: true, indent_level: 2 } } as const
  const { output } = await build.generate({ format: 'es', plugins: [format(readable)] })
  await build.close()
  return output[0].code
}

/** What the public declarations reach. */
const TYPES = {
  'sdk-node/src/index.d.ts': 'index.d.ts',
  'sdk-node/src/api.d.ts': 'api.d.ts',
  'schemas/src/event.d.ts': 'schemas/event.d.ts',
}

/** Declarations that stand alone: the schemas' ones are copied and every import names a file of this package. */
function writeTypes(out: string) {
  const raw = mkdtempSync(join(tmpdir(), 'waymark-types-'))
  const compiler = join(here, '../node_modules/typescript/bin/tsc')
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', join(here, '..'), '--outDir', raw]
  const run = spawnSync(process.execPath, [compiler, '-p', join(here, 'tsconfig.json'), ...options], { encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`Declarations of sdk-node: tsc failed.\n${run.stdout}${run.stderr}`)
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
  const code = await bundle()
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist, { recursive: true })
  writeFileSync(join(dist, 'waymark.mjs'), code)
  writeTypes(join(dist, 'types'))
}

if (import.meta.main) {
  const dist = join(here, 'dist')
  await build(dist)
  console.log(`sdk-node/dist/waymark.mjs: ${readFileSync(join(dist, 'waymark.mjs')).length} B`)
}
