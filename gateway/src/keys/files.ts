import { randomUUID } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SCOPES, type SecretKeySetting, type WriteKeySetting } from './parse.ts'
import type { Copy } from './reloaded.ts'
import type { SourceSettings } from './settings.ts'
import type { StoredKey } from './table.ts'
import { newSecretKey, newWriteKey } from './token.ts'

export interface GeneratedKeys {
  readonly write: readonly WriteKeySetting[]
  readonly secret: readonly SecretKeySetting[]
}

/**
 * The keys of `DATA_DIR/keys.json`, made and kept at the first start. Readable by the owner only.
 * A file that cannot be read is an error, not a reason to make new keys: pages in the field carry the old ones.
 */
export async function generatedKeys(dataDir: string): Promise<GeneratedKeys & { readonly created: boolean }> {
  const file = join(dataDir, 'keys.json')
  const kept = await readJson<GeneratedKeys>(file)
  if (kept !== undefined) return { ...kept, created: false }
  const made: GeneratedKeys = {
    write: [
      { name: 'web', key: newWriteKey(), server: false },
      { name: 'server', key: newWriteKey(), server: true },
    ],
    secret: [{ name: 'default', key: newSecretKey(), scopes: [...SCOPES] }],
  }
  await writeJson(file, made)
  return { ...made, created: true }
}

/** Last lists that the warehouse gave, so that ingest starts while the engine is down. */
export function keyCopy(dataDir: string): Copy<StoredKey> {
  // Holds hashes, and of public keys alone the keys.
  return copyIn(join(dataDir, 'created-keys.json'))
}

export function settingsCopy(dataDir: string): Copy<SourceSettings> {
  return copyIn(join(dataDir, 'source-settings.json'))
}

function copyIn<T>(file: string): Copy<T> {
  return {
    read: async () => (await readJson<T[]>(file)) ?? [],
    write: list => writeJson(file, list),
  }
}

async function readJson<T>(file: string): Promise<T | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    // Written by this program only, whole or not at all.
    return JSON.parse(text) as T
  } catch (cause) {
    throw new Error(`${file} is not readable JSON. Restore it from a backup, or remove it to start with new keys.`, { cause })
  }
}

/** Whole or not at all: a temporary file in the same folder, synced, then renamed over the old one. */
async function writeJson(file: string, value: unknown): Promise<void> {
  const temporary = `${file}.${randomUUID()}`
  const handle = await open(temporary, 'wx', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify(value, null, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
