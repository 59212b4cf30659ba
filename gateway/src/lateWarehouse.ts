import { setTimeout as sleep } from 'node:timers/promises'
import { ClickHouseError } from '@clickhouse/client'
import type { Config } from './config.ts'
import { holderOf } from './db/engine/holder.ts'
import { type Engine, EngineHeld } from './db/engine/supervise.ts'
import { lateDatabase } from './db/late.ts'
import { type Database, placeOf, ServerUnusable } from './db/open.ts'
import { explainError, type Log } from './log.ts'
import type { WarehouseState } from './readiness.ts'
import { openOwnEngine, openTables, placeOptions } from './warehouse.ts'

/** The warehouse of a gateway that does not wait for it. */
export interface LateWarehouse {
  /** May be handed out at once; throws `NotReady` until the warehouse answered. */
  readonly db: Database
  engine(): Engine | null
  state(): WarehouseState
  /** Whether the first try succeeded; later ones go on until `close`. While an engine changes hands no try counts. */
  readonly firstTry: Promise<boolean>
  /** Resolves when the warehouse can be used for the first time, or never. */
  readonly opened: Promise<void>
  close(): Promise<void>
}

export interface LateWarehouseEdges {
  readonly config: Config
  readonly log: Log
  /** To be done with the tables before anybody else sees them. */
  readonly prepare: (db: Database) => Promise<void>
  readonly watchMs?: number
}

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 5_000
const WATCH_MS = 2_000
const PATIENCE_MS = 5_000
/** One unanswered question may be a moment's load. */
const MISSES = 2
const TELL_AGAIN_MS = 60_000
/** Tries, some eight seconds: whoever holds the engine still after that has a broken one. */
const MOST_OF_CHANGE = 6

/** Tries until the warehouse can be used, then watches whether it still can. Says both, once per reason and again every minute. */
export function reachWarehouse({ config, log, prepare, watchMs = WATCH_MS }: LateWarehouseEdges): LateWarehouse {
  const closing = new AbortController()
  const firstTry = Promise.withResolvers<boolean>()
  const opened = Promise.withResolvers<void>()
  let state: WarehouseState = { is: 'away', reason: 'it is being opened' }
  let engine: Engine | null = null
  let told = { reason: '', at: 0 }
  const { db, arrive } = lateDatabase(placeOf(placeOptions(config)), () => `the warehouse cannot be used: ${reasonOf(state)}`)

  const pause = (ms: number) => sleep(ms, undefined, { signal: closing.signal }).catch(() => undefined)

  async function open(): Promise<void> {
    engine ??= await openOwnEngine(config, log, {
      name: 'waymark serve',
      onWait: holder => {
        state = { is: 'away', reason: heldWords(holder) }
      },
    })
    const tables = await openTables(config, engine, log)
    try {
      await prepare(tables)
    } catch (error) {
      await tables.close()
      throw error
    }
    arrive(tables)
    state = { is: 'up' }
    firstTry.resolve(true)
    opened.resolve()
  }

  function away(error: unknown): void {
    const reason = shortReason(error, config.clickhouseUrl === null)
    state = { is: 'away', reason }
    if (reason === told.reason && performance.now() - told.at < TELL_AGAIN_MS) return
    told = { reason, at: performance.now() }
    log.error('the warehouse cannot be used; events are accepted and kept in the spool until it can', { error: explainError(error) })
  }

  async function reach(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; failures++) {
      try {
        return await open()
      } catch (error) {
        if (isChangingHands(error, failures)) state = { is: 'away', reason: changingWords(holderOf(config.dataDir, process.pid)) }
        else {
          if (!closing.signal.aborted) away(error)
          firstTry.resolve(false)
        }
        await pause(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures))
      }
    }
  }

  /** A command had the engine and ended; this process looks for that twice a second. An engine that answers, be it by a refusal, is there. */
  function isChangingHands(error: unknown, failures: number): boolean {
    return failures < MOST_OF_CHANGE && engine?.state().role === 'guest' && isUnanswered(error)
  }

  async function watch(): Promise<void> {
    let misses = 0
    while (!closing.signal.aborted) {
      await pause(watchMs)
      if (closing.signal.aborted) return
      const answer = await db.client.ping({ select: true, abort_signal: AbortSignal.timeout(PATIENCE_MS) })
      if (closing.signal.aborted) return
      misses = answer.success ? 0 : misses + 1
      if (!answer.success && misses >= MISSES) away(answer.error)
      else if (answer.success && state.is === 'away') {
        state = { is: 'up' }
        told = { reason: '', at: 0 }
        log.warn('the warehouse can be used again')
      }
    }
  }

  const running = reach().then(watch)
  return {
    db,
    engine: () => engine,
    state: () => state,
    firstTry: firstTry.promise,
    opened: opened.promise,
    async close() {
      closing.abort()
      // An address that never answers must not hold the stop; the process ends the try.
      await Promise.race([running, sleep(PATIENCE_MS / 5, undefined, { ref: false })])
      await db.close()
      await engine?.close()
    },
  }
}

/** Of an engine that was used through another process. */
function changingWords(holder: string | null): string {
  return holder === null ? 'the process that held the embedded engine ended, and this one takes over by itself' : heldWords(holder)
}

function heldWords(holder: string | null): string {
  return `${holder ?? 'another process'} holds the embedded engine, which does not answer yet; this one goes on by itself once it does, or once the other one ended`
}

function reasonOf(state: WarehouseState): string {
  return state.is === 'away' ? state.reason : ''
}

function isUnanswered(error: unknown): boolean {
  const codes = causes(error).map(codeOf).filter(isSystemCode)
  return codes.length > 0 ? !codes.some(code => FILE_CODES.has(code)) : causes(error).some(isTimeUp)
}

function codeOf(error: Error): string | undefined {
  return (error as NodeJS.ErrnoException).code
}

/** `ECONNREFUSED` and the like; ClickHouse's are numbers. */
function isSystemCode(code: string | undefined): code is string {
  return code !== undefined && /^[A-Z][A-Z0-9_]+$/.test(code)
}

function isTimeUp({ name }: Error): boolean {
  return name === 'TimeoutError' || name === 'AbortError'
}

/** Files of our own: the engine's folder, its configuration, the library. The rest of the codes are of connections. */
const FILE_CODES: ReadonlySet<string> = new Set(
  'EACCES EPERM EROFS ENOSPC EDQUOT ENOENT ENOTDIR EISDIR EMFILE ENFILE EIO ELOOP ENAMETOOLONG'.split(' '),
)

/**
 * For anybody who may ask whether the gateway is ready: what is wrong and where to look, without addresses, folders or names of users.
 * With a server of one's own that is `CLICKHOUSE_URL`; the embedded engine has none.
 */
export function shortReason(error: unknown, isEmbedded: boolean): string {
  const chain = causes(error)
  const held = chain.find(cause => cause instanceof EngineHeld)
  if (held instanceof EngineHeld) return heldWords(held.holder)
  const refusal = chain.find(cause => cause instanceof ClickHouseError)
  if (refusal instanceof ClickHouseError) {
    const look = isEmbedded
      ? 'the log says more, so does `waymark doctor`'
      : 'check the user, password and database of CLICKHOUSE_URL, and the log'
    return `ClickHouse refuses with ${refusal.code} ${refusal.type ?? ''}: ${look}`
  }
  const code = chain.map(codeOf).find(isSystemCode)
  if (code !== undefined && FILE_CODES.has(code))
    return `a file of DATA_DIR cannot be used (${code}): check its owner, its volume and the limit of open files; the log names the file`
  if (code !== undefined && isEmbedded)
    return `the embedded engine does not answer (${code}): it is started again by itself; if that goes on, see the log and \`waymark doctor\``
  if (code !== undefined) return `nothing answers at its address (${code}): check that it runs, and CLICKHOUSE_URL`
  if (chain.some(isTimeUp)) return 'it does not answer in time'
  if (chain.some(cause => cause instanceof ServerUnusable))
    return `it does not answer as it should: check ${isEmbedded ? 'with `waymark doctor`' : 'CLICKHOUSE_URL'}, and the log`
  return chain[0]?.message.slice(0, 300) ?? 'see the log'
}

function causes(error: unknown): Error[] {
  if (error instanceof AggregateError) return [error, ...error.errors.flatMap(causes)]
  return error instanceof Error ? [error, ...causes(error.cause)] : []
}
