import type { EventType } from '@waymark/schemas/event'
import type { Callback, Client, DeliveryError, ErrorCode, FlushResult } from './api.ts'
import { createWriter } from './event.ts'
import { createLedger } from './ledger.ts'
import { type Batch, createQueue, messageIds, type QueueLimits } from './queue.ts'
import { type Answer, createSender } from './sender.ts'
import { createUuid7 } from './uuid.ts'
import { LIBRARY } from './version.ts'

/** How long a process that has nothing else to do is kept for events that are still here. */
const EXIT_MS = 5_000
const FLUSH_MS = 30_000

export interface ClientEdges {
  readonly limits: QueueLimits
  readonly concurrency: number
  readonly flushInterval: number
  /** Never rejects. */
  readonly post: (body: Buffer) => Promise<Answer>
  /** Closes the connections; what is in flight is given up. */
  readonly end: () => void
  /** Wall clock, milliseconds. */
  readonly now: () => number
  readonly random: () => number
  readonly randomUUID: () => string
  /** Returns a function that takes it back. `hold` keeps the process alive until then. */
  readonly later: (run: () => void, ms: number, hold?: 'hold') => () => void
  /** Says something to the operator where no listener does. */
  readonly warn: (warning: Error) => void
  /** Calls `run` when the process has nothing else to do; returns a function that takes it back. */
  readonly beforeExit: (run: () => void) => () => void
}

/** Said once for every event of a batch. */
const SHARED = `"context":${JSON.stringify({ library: LIBRARY })}`
const TAIL = Buffer.from(']}')

export function createClient(edges: ClientEdges): Client {
  const { limits, post, end, now, later, warn, beforeExit } = edges
  const queue = createQueue(limits)
  const ledger = createLedger()
  const write = createWriter({ uuid: createUuid7(now, edges.randomUUID), now })
  const listeners = new Set<(error: DeliveryError) => void>()
  const warned = new Set<ErrorCode>()
  let waiting: (() => boolean)[] = []
  let isClosed = false
  let isTelling = false
  let stayAlive: (() => void) | undefined

  /** The host's own code may throw: that is its warning, not its end. */
  const guarded = (run: () => void) => {
    try {
      run()
    } catch (error) {
      warn(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** `ids` is asked only where somebody listens. */
  const report = (error: Omit<DeliveryError, 'messageIds'>, ids: () => string[]) => {
    if (listeners.size === 0) {
      if (warned.has(error.code)) return
      warned.add(error.code)
      warn(new Error(`@waymark/node: ${error.code}: ${error.message} Listen with on('error') to be told of each.`))
    }
    // A listener that tracks what it hears would call itself for ever; such errors are counted all the same.
    if (isTelling) return
    isTelling = true
    const told = { ...error, messageIds: ids() }
    for (const listener of [...listeners]) guarded(() => listener(told))
    isTelling = false
  }

  /** Resolves flushes whose events are all settled; lets an idle process end. */
  const settled = () => {
    waiting = waiting.filter(isWaiting => isWaiting())
    if (queue.held() > 0) return
    stayAlive?.()
    stayAlive = undefined
  }

  const fail = (batch: Batch, code: ErrorCode, message: string, status: number) => {
    const { lines } = batch
    const error = { code, message, status, willRetry: false }
    queue.release(lines)
    for (const { tally } of lines) ledger.fail(tally, code, message)
    report(error, () => messageIds(batch))
    if (lines.some(({ callback }) => callback)) {
      const ids = messageIds(batch)
      for (const [index, { callback }] of lines.entries()) {
        if (callback) guarded(() => callback({ ...error, messageIds: ids.slice(index, index + 1) }))
      }
    }
    settled()
  }

  const sender = createSender({
    ...edges,
    queue,
    post({ body }) {
      const head = Buffer.from(`{"sentAt":"${new Date(now()).toISOString()}",${SHARED},"batch":[`)
      return post(Buffer.concat([head, body, TAIL]))
    },
    delivered(lines) {
      queue.release(lines)
      for (const { tally } of lines) ledger.deliver(tally)
      for (const { callback } of lines) if (callback) guarded(callback)
      settled()
    },
    failed: fail,
    troubled: (batch, message, status) => report({ code: 'unreachable', message, status, willRetry: true }, () => messageIds(batch)),
  })

  const giveUp = (why: string) => {
    const trouble = sender.trouble()
    const message = `${why}${trouble === '' ? '' : ` Last trouble: ${trouble}.`} It may have arrived unconfirmed.`
    for (const batch of sender.stop()) fail(batch, 'closed', message, 0)
    end()
  }

  const drop = (messageId: string, code: ErrorCode, message: string, callback: Callback | undefined) => {
    ledger.drop(code, message)
    const error = { code, message, status: 0, willRetry: false }
    report(error, () => [messageId])
    if (callback) guarded(() => callback({ ...error, messageIds: [messageId] }))
  }

  const call = (type: EventType) => (message: unknown, then?: unknown) => {
    const callback = typeof then === 'function' ? (then as Callback) : undefined
    const written = write(type, message)
    if ('code' in written) return drop(written.messageId, written.code, written.message, callback)
    if (isClosed) return drop(written.messageId, 'closed', `${type} was called after close().`, callback)
    if (!queue.fits(written.bytes)) {
      const held = `The queue holds ${queue.held()} events that the gateway has not acknowledged`
      return drop(written.messageId, 'queue_full', `${held}: full. Raise maxQueueEvents or maxQueueBytes, or send less.`, callback)
    }
    queue.add(written.text, { bytes: written.bytes, tally: ledger.accept(), callback })
    stayAlive ??= beforeExit(() => {
      void flush(EXIT_MS).then(() => giveUp(`The process ends; ${EXIT_MS} ms were not enough.`))
    })
    sender.wake()
  }

  const flush = (timeoutMs: number): Promise<FlushResult> => {
    const tally = ledger.cut()
    return new Promise(resolve => {
      const tell = () => {
        cancel()
        resolve(ledger.tell(tally))
      }
      const cancel = later(
        () => {
          waiting = waiting.filter(one => one !== isWaiting)
          tell()
        },
        timeoutMs,
        'hold',
      )
      const isWaiting = () => {
        if (ledger.pendingUpTo(tally) > 0) return true
        tell()
        return false
      }
      waiting.push(isWaiting)
      sender.hurry()
      settled()
    })
  }

  return {
    track: call('track'),
    page: call('page'),
    screen: call('screen'),
    identify: call('identify'),
    group: call('group'),
    alias: call('alias'),
    flush: options => flush(patience(options)),
    async close(options) {
      isClosed = true
      const timeoutMs = patience(options)
      await flush(timeoutMs)
      giveUp(`Closed without an acknowledgement within ${timeoutMs} ms.`)
      return ledger.total()
    },
    on(_, listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Anything that is no time is the default; timers know no more than 31 bits. */
function patience(options: { timeoutMs?: number } | undefined): number {
  const ms = options?.timeoutMs
  return typeof ms === 'number' && ms >= 0 ? Math.min(ms, 2 ** 31 - 1) : FLUSH_MS
}
