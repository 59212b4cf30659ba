/** Compiles the sources beside it (AssemblyScript) to gateway/src/ingest/scan/scanner.wasm, which is committed so that whoever runs a gateway needs no compiler: `npm run scanner`. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { SCANNER_FILE } from '../src/ingest/scan/module.ts'

const SOURCES = fileURLToPath(new URL('src', import.meta.url))

// No runtime: nothing is allocated, and nothing is imported but the memory and what `given.ts` names.
const OPTIONS = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert', '--importMemory', '--use', 'abort=']

/** The same bytes for the same sources. Throws what the compiler says, warnings included. */
export async function compile(): Promise<Uint8Array> {
  let made: Uint8Array | null = null
  const told: string[] = []
  const { error } = await asc.main(['scan.ts', '--outFile', 'scanner.wasm', ...OPTIONS], {
    readFile: (name, folder) => readFile(join(folder === '.' ? SOURCES : folder, name), 'utf8').catch(() => null),
    writeFile: (name, contents) => {
      if (name.endsWith('.wasm') && typeof contents !== 'string') made = contents
    },
    listFiles: () => [],
    stderr: { write: text => void told.push(String(text)) },
  })
  if (error !== null || told.length > 0 || made === null)
    throw new Error(`the scanner does not compile: ${told.join('')}`, { cause: error })
  return made
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(SCANNER_FILE, await compile())
