/** Compiles the sources beside it (AssemblyScript) to the modules that the gateway loads. Those are committed, so that whoever runs a gateway needs no compiler: `npm run wasm`. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { OUTLINER_FILE } from '../src/ingest/load/rows/usual/outliner.ts'
import { SCANNER_FILE } from '../src/ingest/scan/module.ts'

export interface Module {
  readonly name: string
  /** Where it is committed. */
  readonly file: URL
  readonly options: readonly string[]
}

export const MODULES: readonly Module[] = [
  // Nothing is imported but the memory and what `given.ts` names.
  { name: 'scanner', file: SCANNER_FILE, options: ['--importMemory', '--use', 'abort='] },
  { name: 'outliner', file: OUTLINER_FILE, options: [] },
]

// No runtime, for nothing is allocated.
const OPTIONS = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert']

/** The same bytes for the same sources. Throws what the compiler says, warnings included. */
export async function compile({ name, options }: Module): Promise<Uint8Array> {
  const sources = fileURLToPath(new URL(name, import.meta.url))
  let made: Uint8Array | null = null
  const told: string[] = []
  const { error } = await asc.main(['index.ts', '--outFile', 'module.wasm', ...OPTIONS, ...options], {
    readFile: (file, folder) => readFile(join(folder === '.' ? sources : folder, file), 'utf8').catch(() => null),
    writeFile: (file, contents) => {
      if (file.endsWith('.wasm') && typeof contents !== 'string') made = contents
    },
    listFiles: () => [],
    stderr: { write: text => void told.push(String(text)) },
  })
  if (error !== null || told.length > 0 || made === null)
    throw new Error(`the ${name} does not compile: ${told.join('')}`, { cause: error })
  return made
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const module of MODULES) await writeFile(module.file, await compile(module))
