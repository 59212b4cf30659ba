import type { ClickHouseClient } from '@clickhouse/client'
import { basic } from './config.ts'
import type { EngineAccess } from './handover.ts'

/**
 * The embedded engine says that something is stored though a write of it failed, for want of space or by a fault of the disk: chDB took the
 * error out of ClickHouse's buffers. What it wrote is cut off then, and the only sign is a counter. Nothing is believed of an engine that
 * counts one: who wrote is told that it failed, and the engine is ended, for when it starts it looks at every part and sets aside those that are cut.
 */
export class WriteNotSound extends Error {
  override readonly name = 'WriteNotSound'
}

export interface Soundness {
  /** Of this start of the engine. */
  readonly start: string
  /** Writes that failed since then. */
  readonly failedWrites: number
}

/** One row, also while nothing is counted. */
const QUESTION = `SELECT getMacro('start'), sum(value) FROM system.events WHERE event = 'WriteBufferFromFileDescriptorWriteFailed'`
const PATIENCE_MS = 30_000
/** An answer that is older says nothing of a write that begins now: the engine may have been started anew. */
const FRESH_MS = 250

/** Rejects when the engine does not answer, and when whoever asks gives up. */
export async function soundness(
  { url, writer }: EngineAccess,
  { withinMs = PATIENCE_MS, signals = [] }: { readonly withinMs?: number; readonly signals?: readonly AbortSignal[] } = {},
): Promise<Soundness> {
  const response = await fetch(`${url}/?${new URLSearchParams({ query: QUESTION })}`, {
    headers: { authorization: basic(writer) },
    signal: AbortSignal.any([...signals, AbortSignal.timeout(withinMs)]),
  })
  const [start = '', failed = ''] = (await response.text()).trim().split('\t')
  if (!response.ok || failed === '') throw new Error(`the engine does not tell which of its writes failed (HTTP ${response.status})`)
  return { start, failedWrites: Number(failed) }
}

/** The client whose writes are done only when the engine that did them is sound; they reject with `WriteNotSound` otherwise. `clock`: milliseconds. */
export async function soundWriter(
  client: ClickHouseClient,
  access: EngineAccess,
  clock: () => number = () => performance.now(),
): Promise<ClickHouseClient> {
  let known = await soundness(access)
  let knownAt = clock()

  async function ask(signals: readonly AbortSignal[]): Promise<Soundness> {
    known = await soundness(access, { signals })
    knownAt = clock()
    return known
  }

  /** Before a write: a row that says that others are in must not follow rows that are cut off. */
  async function startNow(signals: readonly AbortSignal[]): Promise<string> {
    // An engine that does not answer will not write either, and says so itself.
    if (known.failedWrites > 0 || clock() - knownAt > FRESH_MS) await ask(signals).catch(() => undefined)
    return requireWhole(known).start
  }

  async function requireSound(before: string, signals: readonly AbortSignal[]): Promise<void> {
    const now = await ask(signals).catch((cause: unknown) => {
      throw new WriteNotSound('the engine was asked to write and cannot be asked whether it did', { cause })
    })
    // It counts from 0 again.
    if (now.start !== before) throw new WriteNotSound('the engine was started anew while it wrote')
    requireWhole(now)
  }

  function sound<P extends { readonly abort_signal?: AbortSignal }, R>(
    write: (params: P) => Promise<R>,
    drop: (result: R) => void,
  ): (params: P) => Promise<R> {
    return async params => {
      // Who gives up a write waits for no answer about it: an engine that hangs must not hold a stop.
      const signals = params.abort_signal === undefined ? [] : [params.abort_signal]
      const before = await startNow(signals)
      // The client does not look whether it was given up before.
      params.abort_signal?.throwIfAborted()
      const result = await write(params)
      try {
        await requireSound(before, signals)
      } catch (error) {
        drop(result)
        throw error
      }
      return result
    }
  }

  const writes: { readonly [property: string | symbol]: unknown } = {
    command: sound(client.command.bind(client), () => undefined),
    insert: sound(client.insert.bind(client), () => undefined),
    exec: sound(client.exec.bind(client), ({ stream }) => stream.destroy()),
  }
  return new Proxy(client, {
    get(target, property) {
      const value: unknown = writes[property] ?? Reflect.get(target, property, target)
      return typeof value === 'function' && !(property in writes) ? value.bind(target) : value
    },
  })
}

function requireWhole(found: Soundness): Soundness {
  if (found.failedWrites === 0) return found
  throw new WriteNotSound('the engine could not write to its volume (is it full?); it is started anew, and what it wrote last is in doubt')
}
