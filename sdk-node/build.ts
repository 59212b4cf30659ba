/** Builds dist/ in seconds: `node sdk-node/build.ts`. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import terser from '@rollup/plugin-terser'
import { rollup } from 'rollup'
import { stripTypes, writeTypes } from '../schemas/packaging.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

// The plugin's types describe its CommonJS build, Node loads the other one.
const format = terser as unknown as typeof terser.default

/** The package's one module as text, readable in a stack trace: stripped types leave blanks, which are laid out anew. */
export async function bundle(): Promise<string> {
  const build = await rollup({ input: join(here, 'src/index.ts'), plugins: [stripTypes] })
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

/** The whole package into `dist`. */
export async function build(dist: string): Promise<void> {
  const code = await bundle()
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist, { recursive: true })
  writeFileSync(join(dist, 'waymark.mjs'), code)
  writeTypes('sdk-node', TYPES, join(dist, 'types'))
}

if (import.meta.main) {
  const dist = join(here, 'dist')
  await build(dist)
  console.log(`sdk-node/dist/waymark.mjs: ${readFileSync(join(dist, 'waymark.mjs')).length} B`)
}
