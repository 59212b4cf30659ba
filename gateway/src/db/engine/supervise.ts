import { randomBytes } from 'node:crypto'
import { mkdirSync, realpathSync } from 'node:fs'
import { totalmem } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Credentials, defaultMemory } from './config.ts'
import { type EngineAccess, readHandover, writeHandover } from './handover.ts'
import { type HeldEngine, holdEngine } from './hold.ts'
import { engineLock } from './lock.ts'
import { answers, freePort } from './process.ts'

export interface EngineOptions {
  readonly dataDir: string
  /** Memory of the engine in bytes; default: a quarter of the machine's within 1–4 GiB. */
  readonly memory?: number
  /** Told of deaths, restarts and takeovers, one line each. */
  readonly log?: (message: string) => void
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
const TAKEOVER_POLL_MS = 500
const PORT_PATIENCE_MS = 3_000

/**
 * The embedded engine of a data folder. The process that holds its lock runs it; every other one connects by `engine.json`. URL and
 * passwords outlive restarts and takeovers. Rejects when the engine cannot run here, with what to do.
 */
export async function openEngine({ dataDir, memory = machineMemory(), log = () => undefined }: EngineOptions): Promise<Engine> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const folder = realpathSync(dataDir)
  const lock = engineLock(folder)
  let state: EngineState = { role: 'guest' }
  let held: HeldEngine | null = null

  function hold(access: EngineAccess): HeldEngine {
    let starts = 0
    held = holdEngine({
      ...access,
      dataDir: folder,
      memory,
      port: Number(new URL(access.url).port),
      onUp(pid) {
        state = { role: 'holder', isUp: true, pid, restarts: starts++, reason: '' }
        writeHandover(folder, { url: access.url, writer: access.writer, reader: access.reader, pid })
        if (starts > 1) log(`embedded engine is up again (pid ${pid})`)
      },
      onDown(reason) {
        state = { role: 'holder', isUp: false, pid: 0, restarts: starts, reason }
        log(`embedded engine is down, starting it again: ${reason}`)
      },
    })
    return held
  }

  async function takeOver(access: EngineAccess): Promise<void> {
    if (state.role !== 'guest' || !(await lock.take())) return
    log('the process that ran the embedded engine is gone: this one takes over')
    await hold(access).revive()
  }

  const access = await connect()
  const poll = held === null ? setInterval(() => void takeOver(access), TAKEOVER_POLL_MS).unref() : undefined

  async function connect(): Promise<EngineAccess> {
    const deadline = performance.now() + OPEN_TIMEOUT_MS
    while (performance.now() < deadline) {
      if (await lock.take()) return startHere()
      const there = readHandover(folder)
      if (there !== null && (await answers(there.url, there.writer))) return there
      await sleep(100)
    }
    throw new Error(
      `Another process holds the embedded engine of ${folder} but its engine does not answer. Stop that process and start again.`,
    )
  }

  async function startHere(): Promise<EngineAccess> {
    try {
      const last = readHandover(folder)
      const port = await freePort(last === null ? null : Number(new URL(last.url).port), PORT_PATIENCE_MS)
      const mine = { url: `http://127.0.0.1:${port}`, writer: last?.writer ?? user('waymark'), reader: last?.reader ?? user('reader') }
      await hold(mine).start()
      return mine
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  return {
    url: access.url,
    writer: access.writer,
    reader: access.reader,
    state: () => state,
    async close() {
      state = { role: 'closed' }
      clearInterval(poll)
      await held?.close()
      await lock.release()
    },
  }
}

function user(username: string): Credentials {
  return { username, password: randomBytes(24).toString('base64url') }
}

/** Bytes this process may use: of the machine, or of its container. */
function machineMemory(): number {
  const limit = process.constrainedMemory()
  return defaultMemory(limit > 0 ? Math.min(limit, totalmem()) : totalmem())
}
