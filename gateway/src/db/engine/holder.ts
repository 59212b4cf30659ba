import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivate } from './handover.ts'
import { processMark } from './processMark.ts'

interface Holder {
  readonly pid: number
  /** What it is for people, e.g. `waymark keys`. */
  readonly name: string
  /** Of the process: people are told to end it. */
  readonly mark: string | null
}

/** To be called by whoever holds the engine's lock; `dataDir` is a real path. */
export function writeHolder(dataDir: string, name: string): void {
  mkdirSync(join(dataDir, 'engine'), { recursive: true, mode: 0o700 })
  writePrivate(fileOf(dataDir), `${JSON.stringify({ pid: process.pid, name, mark: processMark(process.pid) } satisfies Holder)}\n`)
}

/** Who holds the engine, for people who wait for it: `waymark keys (process 4711)`. null when it ended, has not said so yet, or is the process `but`. */
export function holderOf(dataDir: string, but?: number): string | null {
  try {
    const { pid, name, mark } = JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as Holder
    if (pid === but || mark !== processMark(pid)) return null
    process.kill(pid, 0)
    return `${name} (process ${pid})`
  } catch {
    return null // no file yet, or nobody that can be seen has this number
  }
}

function fileOf(dataDir: string): string {
  return join(dataDir, 'engine', 'holder.json')
}
