import { hash, randomBytes } from 'node:crypto'
import { appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { createDeviceClocks, type DeviceClocks } from '../../enrich/devices.ts'
import { remembered } from '../../enrich/remembered.ts'
import {
  type Journal,
  type JournalLimits,
  MOST_BYTES,
  readJournal,
  removeOldJournals,
  type WrittenJournal,
  writeJournal,
} from './clockJournal.ts'
import { clockLine, type KeyedClock } from './clockLine.ts'

/** Clocks of devices that are there again after the process, or the thread, was ended in any way. */
export interface KeptClocks {
  readonly clocks: DeviceClocks
  /** Writes what was learnt since. To be called before rows that rest on it are let out. Never throws. */
  save(): void
  /** Forgets what is too old. To be called every `TIDY_MS`, also when nothing comes. Never throws. */
  tidy(): void
}

export interface KeptClocksEdges {
  readonly now: () => number
  readonly capacity?: number
  /** Of the file. */
  readonly mostBytes?: number
  /** Told, in words, of a file that is damaged or cannot be written; the clocks go on in memory. */
  readonly onTrouble?: (message: string) => void
  readonly newSalt?: () => string
  /** Room on the volume of a folder, bytes. */
  readonly freeBytes?: (folder: string) => number
}

/** No stall lasts longer, and after it a clock is measured anew anyway. */
const KEPT_MS = 24 * 3_600_000
/** How much longer something may stand in the file, also for the sake of who was erased. */
export const TIDY_MS = 3_600_000
/** The room that is given back on a full volume is for what empties the spool: the clocks are in memory too. */
const LEAST_FREE_BYTES = 64 * 1024 * 1024
const TRY_AGAIN_MS = 60_000
/** Of devices that are at it just now. */
const REMEMBERED_KEYS = 8000

/**
 * The file is a journal: changed clocks are added at its end, the last line of a device counts, and it is written anew when most of it is
 * outdated, and when some of it is a day old. Devices stand in it by a salted hash; the salt stands there too, so that it hides them from
 * who sees the file, not from who looks for one. Not synced with each line: a kill loses nothing, a power failure the last seconds.
 */
export function openKeptClocks(file: string, edges: KeptClocksEdges): KeptClocks {
  const { now, capacity = 50_000, mostBytes = MOST_BYTES, onTrouble = () => undefined, newSalt = randomSalt, freeBytes = freeOn } = edges
  removeOldJournals(dirname(file), now() - KEPT_MS)
  const before = journalBefore(file, { capacity, mostBytes, since: now() - KEPT_MS, onTrouble })
  const salt = before?.salt ?? newSalt()
  const changed = new Map<string, KeyedClock[1]>()
  const clocks = createDeviceClocks(capacity, {
    keyOf: remembered(device => hash('sha256', `${salt}\0${device}`, 'base64url').slice(0, 22), REMEMBERED_KEYS),
    known: before?.clocks ?? [],
    onChange: (key, clock) => changed.set(key, clock),
  })
  let journal: (WrittenJournal & { readonly lines: number }) | null = null
  let tryAt = 0
  let isTold = false

  function append({ fd, lines, bytes, oldest }: NonNullable<typeof journal>): void {
    const text = Array.from(changed, clockLine).join('')
    const isTooLong = lines + changed.size > 2 * capacity || bytes + text.length > mostBytes
    // Without a name since another thread of ours, that was ended, or the tidying of another process gave it away.
    if (isTooLong || fstatSync(fd).nlink === 0) {
      writeAnew()
      return
    }
    appendFileSync(fd, text)
    const arrivals = Array.from(changed.values(), ({ at }) => at)
    const earliest = arrivals.reduce((least, at) => Math.min(least, at), oldest)
    journal = { fd, lines: lines + changed.size, bytes: bytes + text.length, oldest: earliest }
  }

  function writeAnew(): void {
    letGo()
    const kept = [...clocks.all()].filter(([, { at }]) => at >= now() - KEPT_MS)
    journal = { ...writeJournal(file, { salt, clocks: kept, mostBytes }), lines: kept.length }
  }

  function letGo(): void {
    if (journal !== null) closeSync(journal.fd)
    journal = null
  }

  function write(how: () => void): void {
    if (now() < tryAt) return
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      if (freeBytes(dirname(file)) < LEAST_FREE_BYTES) throw new Error('the volume is nearly full')
      how()
      isTold = false
    } catch (error) {
      // A line may be half written, and what is not written is missing: the next try begins a new file.
      letGo()
      tryAt = now() + TRY_AGAIN_MS
      if (!isTold) onTrouble(`what is known of devices' clocks cannot be written to ${file}: ${String(error)}`)
      isTold = true
    }
  }

  // Its end may be half a line, and most of it outdated.
  if (existsSync(file)) write(writeAnew)
  return {
    clocks,
    save() {
      if (changed.size === 0) return
      const open = journal
      write(() => (open === null ? writeAnew() : append(open)))
      changed.clear()
    },
    tidy() {
      removeOldJournals(dirname(file), now() - KEPT_MS)
      if (journal !== null && journal.oldest < now() - KEPT_MS) write(writeAnew)
    },
  }
}

/** null where there is nothing to go on from. */
function journalBefore(
  file: string,
  { onTrouble, ...limits }: JournalLimits & { readonly onTrouble: (message: string) => void },
): Journal | null {
  try {
    const journal = readJournal(file, limits)
    const broken = journal?.broken ?? 0
    if (broken > 0) onTrouble(`${broken} lines about devices' clocks in ${file} are damaged; those devices are measured anew`)
    return journal
  } catch (error) {
    onTrouble(`what was known of devices' clocks cannot be read from ${file}; they are measured anew: ${String(error)}`)
    return null
  }
}

function freeOn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

function randomSalt(): string {
  return randomBytes(16).toString('base64url')
}
