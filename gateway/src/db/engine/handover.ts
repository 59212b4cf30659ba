import { chmodSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
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

interface HandoverFile extends Handover {
  /** The data folder that it was written for. */
  readonly folder: string
}

/** Replaces the file in one step: a reader sees the old one or the new one. */
export function writeHandover(dataDir: string, handover: Handover): void {
  const file: HandoverFile = { ...handover, folder: identityOf(dataDir) }
  writePrivate(join(dataDir, 'engine.json'), `${JSON.stringify(file, null, 2)}\n`)
}

/**
 * null when there is none, or none that makes sense, or it came here with a copy of another folder: its address and passwords are those of
 * the other folder's engine.
 */
export function readHandover(dataDir: string): Handover | null {
  try {
    const value = JSON.parse(readFileSync(join(dataDir, 'engine.json'), 'utf8')) as Partial<HandoverFile>
    const { url, writer, reader, pid, folder } = value
    if (folder !== identityOf(dataDir)) return null
    return url && writer?.password && reader?.password && pid !== undefined ? { url, writer, reader, pid } : null
  } catch {
    return null // not written yet, or damaged: the next holder writes it anew
  }
}

/** Where the folder is and which one it is there: a copy differs in one of them, wherever it is restored or mounted. */
function identityOf(dataDir: string): string {
  const path = realpathSync(dataDir)
  const { dev, ino } = statSync(path, { bigint: true })
  return `${path} ${dev}:${ino}`
}

/** Writes a file that only its owner may read, atomically. */
export function writePrivate(path: string, text: string): void {
  const draft = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(draft, text, { mode: 0o600 })
    chmodSync(draft, 0o600)
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}
