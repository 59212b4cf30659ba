import { randomBytes } from 'node:crypto'
import { mkdirSync, realpathSync } from 'node:fs'
import { totalmem } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Credentials, defaultMemory } from './config.ts'
import { type EngineAccess, readHandover, writeHandover } from './handover.ts'
import { type HeldEngine, holdEngine } from './hold.ts'
import { holderOf, writeHolder } from './holder.ts'
import { engineLock } from './lock.ts'
import { answers, freePort } from './process.ts'

export interface EngineOptions {
  readonly dataDir: string
  /** Memory of the engine in bytes; default: a quarter of the machine's within 1–4 GiB. */
  readonly memory?: number
  /** How long an engine that lives may answer nothing before it is ended and started again, milliseconds; default a minute. */
  readonly silenceMs?: number
  /** What this process is for people who wait for the engine meanwhile, e.g. `waymark keys`. */
  readonly name?: string
  /** Told who holds an engine that does not answer (yet); it is waited for. */
  readonly onWait?: (holder: string | null) => void
  /** Told of deaths, restarts and takeovers, one line each. */
  readonly log?: (message: string) => void
}

/** Another process has held the engine for long, and the engine does not answer. */
export class EngineHeld extends Error {
  override readonly name = 'EngineHeld'
  /** null when it does not say who it is. */
  readonly holder: string | null
  constructor(holder: string | null, folder: string) {
    super(
      `${holder ?? 'Another process'} holds the embedded engine of ${folder}, which does not answer. Wait until it has ended, or end it, and try again.`,
    )
    this.holder = holder
  }
}

export type EngineState =
  /** This process runs the engine. */
  | { readonly role: 'holder'; readonly isUp: boolean; readonly pid: number; readonly restarts: number; readonly reason: string }
  /** Another process runs it; this one takes over when that one dies. */
  | { readonly role: 'guest' }
  | { readonly role: 'closed' }

export interface Engine extends EngineAccess {
  state(): EngineState
  /** Ends the engine if this process runs it; else only stops waiting for a takeover. */
  close(): Promise<void>
}

const OPEN_TIMEOUT_MS = 60_000
const OPEN_POLL_MS = 100
const TAKEOVER_POLL_MS = 500
/** How long a port that was ours is waited for: the last engine may still be dying. */
const PORT_PATIENCE_MS = 3_000

/**
 * The embedded engine of a data folder. The process that holds its lock runs it; every other one connects by `engine.json`. URL and
 * passwords outlive restarts and takeovers, and are no other folder's: a copy of the folder gets new ones. Rejects when the engine cannot run here, with what to do.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { dataDir, memory = machineMemory(), silenceMs, name = 'a process', onWait, log = () => undefined } = options
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const folder = realpathSync(dataDir)
  const lock = engineLock(folder)
  const closing = new AbortController()
  let state: EngineState = { role: 'guest' }
  let held: HeldEngine | null = null

  function hold(access: EngineAccess): HeldEngine {
    let restarts = -1
    held = holdEngine({
      ...access,
      dataDir: folder,
      memory,
      port: portOf(access),
      ...(silenceMs === undefined ? {} : { silenceMs }),
      onUp(pid) {
        restarts++
        writeHandover(folder, { url: access.url, writer: access.writer, reader: access.reader, pid })
        state = { role: 'holder', isUp: true, pid, restarts, reason: '' }
        if (restarts > 0) log(`embedded engine is up again (pid ${pid})`)
      },
      onTold: what => log(`embedded engine: ${what}`),
      onDown(reason) {
        state = { role: 'holder', isUp: false, pid: 0, restarts: Math.max(0, restarts), reason }
        log(`embedded engine is down and will be started again: ${reason}`)
      },
    })
    return held
  }

  async function connect(): Promise<EngineAccess> {
    const deadline = performance.now() + OPEN_TIMEOUT_MS
    while (performance.now() < deadline) {
      if (await lock.take()) return startHere()
      const there = readHandover(folder)
      if (there !== null && (await answers(there.url, there.writer))) return there
      onWait?.(holderOf(folder))
      await sleep(OPEN_POLL_MS)
    }
    throw new EngineHeld(holderOf(folder), folder)
  }

  async function startHere(): Promise<EngineAccess> {
    const last = readHandover(folder)
    try {
      writeHolder(folder, name)
      const port = await freePort(last && portOf(last), PORT_PATIENCE_MS)
      const mine = { url: `http://127.0.0.1:${port}`, writer: last?.writer ?? user('waymark'), reader: last?.reader ?? user('reader') }
      await hold(mine).start()
      return mine
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  async function awaitTakeover(access: EngineAccess): Promise<void> {
    while (!closing.signal.aborted) {
      await sleep(TAKEOVER_POLL_MS, undefined, { ref: false, signal: closing.signal }).catch(() => undefined)
      if (closing.signal.aborted || !(await lock.take())) continue
      if (closing.signal.aborted) return
      log('the process that ran the embedded engine is gone: this one takes over')
      try {
        writeHolder(folder, name)
      } catch (error) {
        // Only words for others; the engine itself says what is wrong with the folder.
        log(`who holds the embedded engine cannot be written down: ${String(error)}`)
      }
      return hold(access).revive()
    }
  }

  const { url, writer, reader } = await connect()
  const takeover = held === null ? awaitTakeover({ url, writer, reader }) : Promise.resolve()

  return {
    url,
    writer,
    reader,
    state: () => state,
    async close() {
      closing.abort()
      await held?.close()
      await takeover
      state = { role: 'closed' }
      await lock.release()
    },
  }
}

function portOf({ url }: { readonly url: string }): number {
  return Number(new URL(url).port)
}

function user(username: string): Credentials {
  return { username, password: randomBytes(24).toString('base64url') }
}

/** Bytes this process may use: of the machine, or of its container. */
function machineMemory(): number {
  const limit = process.constrainedMemory()
  return defaultMemory(limit > 0 ? Math.min(limit, totalmem()) : totalmem())
}
