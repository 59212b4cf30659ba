import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { configXml, type EngineConfig, usersXml } from './config.ts'
import { keepDefinitions, mendDefinitions } from './definitions.ts'
import { writePrivate } from './handover.ts'
import { engineLibrary } from './library.ts'
import { EngineStartError } from './problems.ts'
import { type EngineProcess, responds, startProcess, untilReady } from './process.ts'
import { soundness } from './soundWrites.ts'
import { finishDrops } from './unfinishedDrops.ts'

export interface HoldOptions extends EngineConfig {
  readonly dataDir: string
  readonly port: number
  /** Called whenever the engine became ready. */
  readonly onUp: (pid: number) => void
  /** Called when it died or did not start; it is started again. */
  readonly onDown: (reason: string) => void
  /** Told what was done so that it can start, in words. */
  readonly onTold: (what: string) => void
  /** An engine that lives and answers nothing for so long is ended and started again. */
  readonly silenceMs?: number
}

export interface HeldEngine {
  /** First start; rejects when it fails. Afterwards the engine is kept alive until closed. */
  start(): Promise<void>
  /** The same, but a start that fails is tried again and again. */
  revive(): Promise<void>
  close(): Promise<void>
}

const FIRST_DELAY_MS = 100
/** An engine whose gateway was killed just now needs a moment to notice. */
const OCCUPIED_PATIENCE_MS = 5_000
const LAST_DELAY_MS = 5_000
/** A life this long starts the count of failures anew. */
const HEALTHY_MS = 30_000
const SILENCE_MS = 60_000
/** Questions within the longest silence. */
const PROBES = 12

/** Keeps one engine process alive on one port with the same passwords, so that clients stay valid over its restarts. */
export function holdEngine(options: HoldOptions): HeldEngine {
  const folder = writeConfig(options)
  const library = engineLibrary()
  const closing = new AbortController()
  let engine: EngineProcess | null = null
  let failures = 0

  const url = `http://127.0.0.1:${options.port}`

  async function startOnce(): Promise<EngineProcess> {
    finishQuietly()
    const child = startProcess({ library, folder, port: options.port })
    engine = child
    try {
      await untilReady(child, url, options.writer)
      keepQuietly()
      options.onUp(child.pid)
      return child
    } catch (error) {
      child.kill()
      await child.ended
      const mended = mendDefinitions(folder, String(error))
      if (mended.length === 0 || closing.signal.aborted) throw error
      options.onTold(mended.join('; '))
      return startOnce()
    }
  }

  /** What cannot be removed now is at the next start. */
  function finishQuietly(): void {
    try {
      finishDrops(folder)
    } catch (error) {
      options.onTold(`parts that were being removed are still there: ${String(error)}`)
    }
  }

  /** They are good: it started with them. Without room for copies those from before stay. */
  function keepQuietly(): void {
    try {
      keepDefinitions(folder)
    } catch (error) {
      options.onTold(`definitions of tables could not be copied: ${String(error)}`)
    }
  }

  async function watch(child: EngineProcess): Promise<void> {
    const bornAt = performance.now()
    const guard = guardOf(child)
    const words = await child.ended
    const silence = guard.end()
    if (performance.now() - bornAt > HEALTHY_MS) failures = 0
    await again(silence ?? words)
  }

  /** Kills a child that hangs, or that cuts off what it writes; `end` tells whether it did. */
  function guardOf(child: EngineProcess): { end(): string | null } {
    const over = new AbortController()
    const silenceMs = options.silenceMs ?? SILENCE_MS
    let killed: string | null = null
    const probe = async () => {
      for (let misses = 0; !over.signal.aborted; ) {
        await sleep(silenceMs / PROBES, undefined, { signal: over.signal, ref: false }).catch(() => undefined)
        if (over.signal.aborted) return
        misses = (await responds(url, silenceMs / PROBES)) ? 0 : misses + 1
        const isCut = misses === 0 && (await failedWrites(silenceMs / PROBES)) > 0
        if ((!isCut && misses < PROBES / 2) || over.signal.aborted) continue
        killed = isCut
          ? 'it could not write to its volume (is it full?), goes on as if it had, and was ended: it sets aside what is cut off when it starts'
          : `it answered nothing for ${Math.round(silenceMs / 1000)} s and was ended`
        child.kill()
        return
      }
    }
    void probe()
    return {
      end() {
        over.abort()
        return killed
      },
    }
  }

  /** 0 when it cannot say. */
  async function failedWrites(withinMs: number): Promise<number> {
    const found = await soundness({ ...options, url }, { withinMs }).catch(() => null)
    return found?.failedWrites ?? 0
  }

  async function again(reason: string): Promise<void> {
    if (closing.signal.aborted) return
    options.onDown(reason)
    failures++
    await sleep(Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1)), undefined, { signal: closing.signal }).catch(() => undefined)
    await revive()
  }

  async function revive(): Promise<void> {
    if (closing.signal.aborted) return
    try {
      void watch(await startOnce())
    } catch (error) {
      await again(error instanceof Error ? error.message : String(error))
    }
  }

  async function start(): Promise<void> {
    const deadline = performance.now() + OCCUPIED_PATIENCE_MS
    for (;;) {
      try {
        return void watch(await startOnce())
      } catch (error) {
        if (!(error instanceof EngineStartError && error.isOccupied) || performance.now() > deadline) throw error
        await sleep(FIRST_DELAY_MS)
      }
    }
  }

  return {
    start,
    revive,
    async close() {
      closing.abort()
      engine?.kill()
      await engine?.ended
    },
  }
}

/** Writes what the engine reads at its start; nobody but its owner may look. */
function writeConfig(options: HoldOptions): string {
  const folder = join(options.dataDir, 'engine')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writePrivate(join(folder, 'config.xml'), configXml(folder, options.memory))
  writePrivate(join(folder, 'users.xml'), usersXml(options))
  return folder
}
