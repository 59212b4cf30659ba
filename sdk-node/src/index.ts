/**
 * Waymark for Node ≥ 20.
 *
 * ```ts
 * const waymark = new Waymark({ writeKey: 'wk_…', host: 'https://events.acme.com' })
 * waymark.track({ userId: 'u_1', event: 'Invoice Paid', groupId: 'acme', properties: { amount: 10 } })
 * const { delivered, failed, dropped } = await waymark.close()
 * ```
 */
import { randomUUID } from 'node:crypto'
import type {
  AliasMessage,
  Callback,
  Client,
  DeliveryError,
  FlushResult,
  GroupMessage,
  IdentifyMessage,
  PageMessage,
  ScreenMessage,
  TrackMessage,
  WaymarkOptions,
} from './api.ts'
import { createClient } from './client.ts'
import { resolveOptions } from './options.ts'
import { createTransport } from './transport.ts'

export type * from './api.ts'

/** Throws a TypeError where an option cannot work; no call on it ever throws. */
export class Waymark implements Client {
  readonly #client: Client

  constructor(options: WaymarkOptions) {
    const { transport, ...settings } = resolveOptions(options)
    this.#client = createClient({
      ...settings,
      ...createTransport(transport),
      now: Date.now,
      random: Math.random,
      randomUUID,
      later(run, ms, hold) {
        const timer = setTimeout(run, ms)
        if (hold === undefined) timer.unref()
        return () => clearTimeout(timer)
      },
      warn: warning => process.emitWarning(warning),
      beforeExit(run) {
        process.on('beforeExit', run)
        return () => process.off('beforeExit', run)
      },
    })
  }

  track(message: TrackMessage, callback?: Callback): void {
    this.#client.track(message, callback)
  }
  page(message: PageMessage, callback?: Callback): void {
    this.#client.page(message, callback)
  }
  screen(message: ScreenMessage, callback?: Callback): void {
    this.#client.screen(message, callback)
  }
  identify(message: IdentifyMessage, callback?: Callback): void {
    this.#client.identify(message, callback)
  }
  group(message: GroupMessage, callback?: Callback): void {
    this.#client.group(message, callback)
  }
  alias(message: AliasMessage, callback?: Callback): void {
    this.#client.alias(message, callback)
  }
  flush(options?: { timeoutMs?: number }): Promise<FlushResult> {
    return this.#client.flush(options)
  }
  close(options?: { timeoutMs?: number }): Promise<FlushResult> {
    return this.#client.close(options)
  }
  on(name: 'error', listener: (error: DeliveryError) => void): () => void {
    return this.#client.on(name, listener)
  }
}
