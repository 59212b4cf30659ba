import { hash, randomBytes } from 'node:crypto'
import { appendFileSync, closeSync, fdatasyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createDeviceClocks, type DeviceClocks } from '../../enrich/devices.ts'
import { clockLine, type KeyedClock, parseClockLine } from './clockLine.ts'

/** Clocks of devices that are there again after the process, or the thread, was ended in any way. */
export interface KeptClocks {
  readonly clocks: DeviceClocks
  /** Writes what was learnt since. To be called before rows that rest on it are let out. Never throws. */
  save(): void
}

export interface KeptClocksEdges {
  readonly capacity?: number
  /** Told, in words, of a file that is damaged or cannot be written; the clocks go on in memory. */
  readonly onTrouble?: (message: string) => void
  readonly newSalt?: () => string
}

/** No stall lasts longer, and after it a clock is measured anew anyway: what is older is forgotten, also for the sake of who was erased. */
const KEPT_MS = 24 * 3_600_000
/** What 50,000 clocks written twice over take is below 40 MB. */
const MOST_BYTES = 64 * 1024 * 1024
const FORMAT = 1

/**
 * The file is a journal: changed clocks are added at its end, the last line of a device counts, and it is written anew when most of it is
 * outdated, and daily. Devices stand in it by a salted hash. Not synced with each line: a kill loses nothing, a power failure the last seconds.
 */
export function openKeptClocks(
  file: string,
  { capacity = 50_000, onTrouble = () => undefined, newSalt = () => randomBytes(16).toString('base64url') }: KeptClocksEdges = {},
): KeptClocks {
  const before = readJournal(file, onTrouble)
  const salt = before?.salt ?? newSalt()
  const changed = new Map<string, KeyedClock[1]>()
  const clocks = createDeviceClocks(capacity, {
    keyOf: remembered(device => hash('sha256', `${salt}\0${device}`, 'base64url').slice(0, 22)),
    known: before?.clocks ?? [],
    onChange: (key, clock) => changed.set(key, clock),
  })
  let fd: number | null = null
  let lines = 0
  let [newest, writtenAnew] = [0, 0]
  let isTold = false

  function append(): void {
    if (fd === null) return
    const text = Array.from(changed, clockLine).join('')
    lines += changed.size
    appendFileSync(fd, text)
  }

  function writeAnew(): void {
    if (fd !== null) closeSync(fd)
    fd = null
    const kept = [...clocks.all()].filter(([, { at }]) => at >= newest - KEPT_MS)
    const temporary = `${file}.new`
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(temporary, `${JSON.stringify({ clocks: FORMAT, salt })}\n${kept.map(clockLine).join('')}`, { mode: 0o600 })
    const written = openSync(temporary, 'a')
    fdatasyncSync(written)
    renameSync(temporary, file)
    fd = written
    lines = kept.length
    writtenAnew = newest
  }

  return {
    clocks,
    save() {
      if (changed.size === 0) return
      for (const { at } of changed.values()) newest = Math.max(newest, at)
      try {
        if (fd === null || lines > 2 * capacity || newest > writtenAnew + KEPT_MS) writeAnew()
        else append()
        isTold = false
      } catch (error) {
        // A line may be half written: the next try begins a new file.
        if (fd !== null) closeSync(fd)
        fd = null
        if (!isTold) onTrouble(`what is known of devices' clocks cannot be written to ${file}: ${String(error)}`)
        isTold = true
      }
      changed.clear()
    },
  }
}

/** null where there is nothing to go on from. */
function readJournal(file: string, onTrouble: (message: string) => void): { salt: string; clocks: Iterable<KeyedClock> } | null {
  try {
    if (statSync(file).size > MOST_BYTES) throw new Error('it is larger than any of ours')
    const [head = '', ...lines] = readFileSync(file, 'utf8').split('\n')
    const { clocks: format, salt } = JSON.parse(head) as { clocks?: unknown; salt?: unknown }
    if (format !== FORMAT || typeof salt !== 'string') throw new Error('it does not begin as ours do')
    // Behind the last line end is nothing, or what a full disk cut off.
    lines.pop()
    const clocks = new Map<string, KeyedClock[1]>()
    let broken = 0
    for (const line of lines) {
      const entry = parseClockLine(line)
      if (entry === null) broken++
      else {
        // To the end: what was heard of last is forgotten last.
        clocks.delete(entry[0])
        clocks.set(...entry)
      }
    }
    if (broken > 0) onTrouble(`${broken} lines about devices' clocks in ${file} are damaged; those devices are measured anew`)
    return { salt, clocks }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    onTrouble(`what was known of devices' clocks cannot be read from ${file}; they are measured anew: ${String(error)}`)
    return null
  }
}

/** Events of one device stand together. */
function remembered(make: (text: string) => string): (text: string) => string {
  let [asked, made] = ['', make('')]
  return text => {
    if (text !== asked) [asked, made] = [text, make(text)]
    return made
  }
}
