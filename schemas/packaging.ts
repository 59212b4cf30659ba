/** How an SDK becomes a package that needs none of ours: its code without types, its declarations with copies of ours. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const OURS = '@waymark/schemas/'

/** A plugin of rollup: what comes of the schemas is taken in, what comes of Node is left to Node. */
export const stripTypes = {
  name: 'strip-types',
  resolveId(id: string) {
    if (id.startsWith('node:')) return { id, external: true }
    return id.startsWith(OURS) ? join(here, 'src', `${id.slice(OURS.length)}.ts`) : null
  },
  transform: (code: string, id: string) => (id.endsWith('.ts') ? { code: stripTypeScriptTypes(code), map: null } : null),
}

/** Declarations that stand alone: the schemas' ones are copied, and every import names a file of the package. `files`: from → to. */
export function writeTypes(name: string, files: { readonly [from: string]: string }, out: string): void {
  const raw = mkdtempSync(join(tmpdir(), 'waymark-types-'))
  const compiler = join(here, '../node_modules/typescript/bin/tsc')
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', join(here, '..'), '--outDir', raw]
  const run = spawnSync(process.execPath, [compiler, '-p', join(here, '..', name, 'tsconfig.json'), ...options], { encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`Declarations of ${name}: tsc failed.\n${run.stdout}${run.stderr}`)
  mkdirSync(join(out, 'schemas'), { recursive: true })
  for (const [from, to] of Object.entries(files)) {
    const text = readFileSync(join(raw, from), 'utf8')
    const local = text.replace(/'@waymark\/schemas\/(\w+)'/g, "'./schemas/$1.js'").replace(/'(\.[^']+)\.ts'/g, "'$1.js'")
    writeFileSync(join(out, to), local)
  }
  rmSync(raw, { recursive: true })
}
