import { ClickHouseError } from '@clickhouse/client'
import type { Database } from '../../db/open.ts'
import type { SealedSegment } from '../spool/sealed.ts'
import type { Spool } from '../spool/spool.ts'
import { type Loaded, type LoadPoint, loadSegment } from './loadSegment.ts'

/** Empties the spool into the tables, one segment at a time, oldest first. */
export interface Loader {
  start(): void
  /** Lets the segment that is being loaded finish; then nothing is loaded any more. */
  stop(): Promise<void>
  /** Resolves when everything acknowledged before the call is loaded. Waits as long as the engine is away; rejects on `stop`. */
  drain(): Promise<void>
  /** Runs `read` while no segment is in the middle of being loaded. */
  snapshot<T>(read: () => Promise<T>): Promise<T>
}

export interface LoaderEdges {
  readonly spool: Spool
  readonly db: Database
  readonly now: () => number
  readonly log: LoaderLog
  /** Wait after so many failures in a row, milliseconds. */
  readonly backoffMs?: (failures: number) => number
  readonly onLoaded?: (loaded: Loaded) => void
  readonly at?: (point: LoadPoint) => Promise<void> | void
}

export interface LoaderLog {
  warn(message: string, details: Readonly<Record<string, unknown>>): void
}

const LONGEST_WAIT_MS = 5000

export function createLoader({
  spool,
  db,
  now,
  log,
  backoffMs = doubling,
  onLoaded = () => undefined,
  at = () => undefined,
}: LoaderEdges): Loader {
  let turn: Promise<unknown> = Promise.resolve()
  let running: Promise<void> | null = null
  let isStopped = false
  let wake: () => void = () => undefined
  const drains = new Set<() => void>()
  spool.onSealed(() => wake())

  /** One at a time: a load or a snapshot. */
  function exclusive<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!isStopped) {
      const segment = spool.sealed()[0]
      for (const check of drains) check()
      if (segment === undefined) {
        await sleep(null)
        continue
      }
      try {
        onLoaded(await exclusive(() => loadSegment(segment, { db, now, failures, at })))
        failures = 0
      } catch (error) {
        failures++
        if (await setAsideUnreadable(segment, error)) continue
        log.warn('a segment could not be loaded and will be tried again', { segment: segment.uuid, failures, error: withoutPayload(error) })
        await sleep(backoffMs(failures))
      }
    }
  }

  /** A file that cannot be read any more would hold up all others. */
  async function setAsideUnreadable(segment: SealedSegment, cause: unknown): Promise<boolean> {
    if (await canRead(segment)) return false
    log.warn('a segment file cannot be read and was set aside as .bad', { segment: segment.uuid, error: String(cause) })
    await segment.setAside().catch(error => log.warn('the file could not be renamed', { segment: segment.uuid, error: String(error) }))
    return true
  }

  /** Until woken, or for so many milliseconds. */
  function sleep(ms: number | null): Promise<void> {
    return new Promise(resolve => {
      const timer = ms === null ? undefined : setTimeout(resolve, ms)
      wake = () => {
        // New segments are no reason to hammer an engine that failed.
        if (ms !== null && !isStopped) return
        clearTimeout(timer)
        resolve()
      }
      if (isStopped) wake()
    })
  }

  return {
    start: () => {
      running ??= run()
    },
    stop: async () => {
      isStopped = true
      wake()
      await running
      for (const check of drains) check()
    },
    drain: async () => {
      await spool.seal()
      const waited = new Set(spool.sealed())
      await new Promise<void>((resolve, reject) => {
        const check = () => {
          const left = spool.sealed().some(segment => waited.has(segment))
          if (left && !isStopped) return
          drains.delete(check)
          if (left) reject(new Error('the loader was stopped before everything was loaded'))
          else resolve()
        }
        drains.add(check)
        running ??= run()
        wake()
        check()
      })
    },
    snapshot: read => exclusive(read),
  }
}

async function canRead(segment: SealedSegment): Promise<boolean> {
  try {
    await segment.read()
    return true
  } catch {
    return false
  }
}

/** 100 ms, 200 ms, … at most 5 s. */
function doubling(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, 50 * 2 ** Math.min(failures, 10))
}

/** The engine's messages quote the rows they complain about; logs must not. */
function withoutPayload(error: unknown): string {
  return error instanceof ClickHouseError ? `ClickHouse ${error.code} ${error.type ?? ''}` : String(error)
}
