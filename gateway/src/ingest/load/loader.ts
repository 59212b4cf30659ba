import type { Database } from '../../db/open.ts'
import { REDACT, type Redact } from '../enrich/redact.ts'
import type { SealedSegment } from '../spool/sealed.ts'
import type { Spool } from '../spool/spool.ts'
import { AHEAD_LIMITS, nextBatch, nextToLoad } from './batch.ts'
import { LoadAlone, type Loaded, type LoadPoint, loadBatch, NotReadable } from './loadBatch.ts'
import { judgeLoadError, type LoadErrorKind, withoutPayload } from './loadErrors.ts'
import { answers, doubling } from './patience.ts'
import { createReadAhead } from './readAhead.ts'
import type { RowSource } from './rows/rowSource.ts'
import { createRowThread } from './rows/rowThread.ts'
import { risingStamps } from './stamp.ts'

/** Empties the spool into the tables, oldest first, one insert per table at a time. */
export interface Loader {
  start(): void
  /** Lets the segments that are being loaded finish, but not for long; then nothing is loaded any more. */
  stop(): Promise<void>
  /**
   * Resolves when everything acknowledged before the call is loaded. Waits as long as the engine is away, but not for a file that the
   * disk has refused five times in a row; rejects on `stop`.
   */
  drain(): Promise<void>
  /** Runs `read` while no segment is in the middle of being loaded. */
  snapshot<T>(read: () => Promise<T>): Promise<T>
  /**
   * Calls `read` at once, and until it ends loads none but the segments that it is given: those under way and the oldest that wait. The rows
   * that any other segment has in the tables stay as they are, so loading goes on beside a long look.
   */
  look<T>(read: (moving: readonly SealedSegment[]) => Promise<T>): Promise<T>
}

export interface LoaderEdges {
  readonly spool: Spool
  readonly db: Database
  readonly now: () => number
  readonly log: LoaderLog
  /** Makes the rows; closed with the loader. A thread of its own by default. */
  readonly rows?: RowSource
  /** What of addresses is kept of no event that cannot be stored; that of the rows. */
  readonly redact?: Redact
  /** Wait after so many failures in a row, milliseconds. */
  readonly backoffMs?: (failures: number) => number
  readonly onLoaded?: (loaded: Loaded) => void
  /** Told of each try that failed. */
  readonly onFailed?: (kind: LoadErrorKind | 'unreadable') => void
  readonly at?: (point: LoadPoint) => Promise<void> | void
}

export interface LoaderLog {
  warn(message: string, details: Readonly<Record<string, unknown>>): void
}

/** More than are loaded during any look, few enough to be named in a query. */
const MOST_MOVING = 500
/** An engine that hangs must not hold the stop of the gateway: what is cut is looked up by the next life. */
const LONGEST_STOP_MS = 1000
/** Reads of a file before jobs and drains go on without it, after some three seconds. */
const TRIES_BEFORE_LEFT = 5

export function createLoader({
  spool,
  db,
  now,
  log,
  rows = createRowThread(),
  redact = REDACT,
  backoffMs = doubling,
  onLoaded = () => undefined,
  onFailed = () => undefined,
  at = () => undefined,
}: LoaderEdges): Loader {
  let turn: Promise<unknown> = Promise.resolve()
  let running: Promise<void> | null = null
  let isStopped = false
  let wake: () => void = () => undefined
  const drains = new Set<() => void>()
  /** Segments that could not be read, with the times in a row. They wait apart, so that the others can go on. */
  const refused = new Map<SealedSegment, { readonly times: number; readonly timer: NodeJS.Timeout | null }>()
  const looks = new Set<ReadonlySet<SealedSegment>>()
  let underWay: readonly SealedSegment[] = []
  const stamp = risingStamps(db, now)
  const { read, ahead } = createReadAhead(rows)
  const givingUp = new AbortController()
  spool.onSealed(() => wake())

  /** One at a time: a load or a snapshot. */
  function exclusive<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  async function run(): Promise<void> {
    let failures = 0
    /** While above 0, a row of one of so many segments is to blame. */
    let alone = 0
    while (!isStopped) {
      const waiting = spool.sealed().filter(candidate => (refused.get(candidate)?.timer ?? null) === null && mayMove(candidate))
      for (const check of drains) check()
      const isSingle = alone > 0 || db.form.kind === 'cluster'
      const batch = isSingle ? waiting.slice(0, 1) : nextToLoad(waiting)
      if (batch.length === 0) {
        await sleep(null)
        continue
      }
      underWay = batch
      // An engine that is away is asked a small question, not sent the whole batch again and again.
      if (failures > 0 && !(await answers(db))) {
        failures++
        log.warn('segments wait: the engine does not answer', { waiting: waiting.length, failures })
        await sleep(backoffMs(failures))
        continue
      }
      const aheadFrom = (place: number) => ahead(nextBatch(waiting.slice(place), AHEAD_LIMITS))
      aheadFrom(0)
      const readNext = (segment: SealedSegment) => {
        const rows = read(segment)
        aheadFrom(waiting.indexOf(segment) + 1)
        return rows
      }
      try {
        onLoaded(
          await exclusive(() =>
            loadBatch(batch, {
              db: { ...db, signal: givingUp.signal },
              read: readNext,
              release: rows.release,
              stamp,
              failures,
              redact,
              at,
            }),
          ),
        )
        failures = 0
        alone = Math.max(0, alone - 1)
        for (const segment of batch) refused.delete(segment)
      } catch (error) {
        onFailed(kindOf(error))
        if (error instanceof NotReadable) holdBack(error)
        else if (error instanceof LoadAlone) alone = batch.length
        else {
          failures++
          ahead([])
          const oldest = batch[0]?.uuid
          log.warn('segments could not be loaded and will be tried again', {
            oldest,
            segments: batch.length,
            failures,
            error: withoutPayload(error),
          })
          await sleep(backoffMs(failures))
        }
      }
    }
  }

  function mayMove(segment: SealedSegment): boolean {
    for (const moving of looks) if (!moving.has(segment)) return false
    return true
  }

  async function look<T>(read: (moving: readonly SealedSegment[]) => Promise<T>): Promise<T> {
    const sealed = spool.sealed()
    const moving = new Set([...sealed.slice(0, MOST_MOVING), ...sealed.filter(segment => underWay.includes(segment))])
    looks.add(moving)
    try {
      return await read([...moving])
    } finally {
      looks.delete(moving)
      wake()
    }
  }

  function holdBack({ segment, cause }: NotReadable): void {
    const times = (refused.get(segment)?.times ?? 0) + 1
    log.warn('a segment cannot be read and will be tried again', { segment: segment.uuid, failures: times, error: String(cause) })
    const timer = setTimeout(() => {
      refused.set(segment, { times, timer: null })
      wake()
    }, backoffMs(times))
    refused.set(segment, { times, timer })
  }

  function isWaitedFor(segment: SealedSegment): boolean {
    return (refused.get(segment)?.times ?? 0) < TRIES_BEFORE_LEFT
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
      rows.start()
      running ??= run()
    },
    stop: async () => {
      isStopped = true
      wake()
      const patience = setTimeout(() => {
        givingUp.abort()
        void rows.close()
      }, LONGEST_STOP_MS)
      await running
      clearTimeout(patience)
      await rows.close()
      for (const { timer } of refused.values()) if (timer !== null) clearTimeout(timer)
      for (const check of drains) check()
    },
    drain: async () => {
      await spool.seal()
      const waited = new Set(spool.sealed())
      await new Promise<void>((resolve, reject) => {
        const check = () => {
          const left = spool.sealed().some(segment => waited.has(segment) && isWaitedFor(segment))
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
    look,
  }
}

function kindOf(error: unknown): LoadErrorKind | 'unreadable' {
  if (error instanceof NotReadable) return 'unreadable'
  return error instanceof LoadAlone ? 'rows' : judgeLoadError(error)
}
