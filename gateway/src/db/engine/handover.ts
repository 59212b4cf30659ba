import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Credentials } from './config.ts'

/** What another process needs to use the engine. */
export interface EngineAccess {
  readonly url: string
  readonly writer: Credentials
  readonly reader: Credentials
}

/** `DATA_DIR/engine.json`, readable by its owner only. */
export interface Handover extends EngineAccess {
  /** Of the engine's own process. */
  readonly pid: number
}

/** Replaces the file in one step: a reader sees the old one or the new one. */
export function writeHandover(dataDir: string, handover: Handover): void {
  writePrivate(join(dataDir, 'engine.json'), `${JSON.stringify(handover, null, 2)}\n`)
}

/** null when there is none, or none that makes sense. */
export function readHandover(dataDir: string): Handover | null {
  try {
    const value = JSON.parse(readFileSync(join(dataDir, 'engine.json'), 'utf8')) as Partial<Handover>
    const { url, writer, reader, pid } = value
    return url && writer?.password && reader?.password && pid !== undefined ? { url, writer, reader, pid } : null
  } catch {
    return null // not written yet, or damaged: the next holder writes it anew
  }
}

/** Writes a file that only its owner may read, atomically. */
export function writePrivate(path: string, text: string): void {
  const draft = `${path}.${process.pid}.tmp`
  writeFileSync(draft, text, { mode: 0o600 })
  chmodSync(draft, 0o600)
  renameSync(draft, path)
}
