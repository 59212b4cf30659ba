/** Empties the outbox: one request at a time, in order, until each event's fate is known. */
import { backoffMs, isRetryable, retryAfterMs } from '@waymark/schemas/delivery'
import type { IngestReply } from '@waymark/schemas/event'
import type { DeliveryError, FlushResult } from './api.ts'
import type { Chunk, Line, Outbox } from './outbox.ts'
import { byteLength, messageIdOf } from './outbox.ts'

/** Browsers allow 64 KiB in flight for requests that outlive their page; the rest is for the site's own. */
const KEEPALIVE_BYTES = 60_000
const ENVELOPE_BYTES = 500
/** So much waiting goes at once instead of after the delay. */
const FULL_BYTES = 30_000
const DELAY_MS = 1_000

export interface Answer {
  status: number
  retryAfter: string | null
  text: string
}

export interface SenderEdges {
  outbox: Outbox
  writeKey: string
  /** Rejects when there was no answer. */
  post: (body: string, keepalive: boolean) => Promise<Answer>
  report: (error: DeliveryError) => void
  /** A clock that is never set back, milliseconds. */
  clock: () => number
  /** Wall clock, milliseconds. */
  now: () => number
  random: () => number
  /** Returns a function that takes it back. */
  later: (run: () => void, ms: number) => () => void
  /** The gateway answered well and nothing waits. */
  idle: () => void
}

export interface Sender {
  /** Something was added: send it soon. */
  wake(): void
  /** The page may be gone after this call: send what a dying page can. */
  leave(): void
  /** The network or the page is back: no reason to wait longer. */
  retry(): void
  flush(): Promise<FlushResult>
}

export function createSender({ outbox, writeKey, post, report, clock, now, random, later, idle }: SenderEdges): Sender {
  let flying = 0
  let flyingBytes = 0
  let failures = 0
  let retryAt = 0
  /** What the gateway itself asked to wait; it binds a leaving page too. */
  let heldUntil = 0
  let timerAt = Number.POSITIVE_INFINITY
  let cancelTimer: (() => void) | undefined
  let flushes: { lines: Line[]; resolve: (result: FlushResult) => void }[] = []

  const schedule = (ms: number) => {
    const at = clock() + ms
    if (at >= timerAt) return
    cancelTimer?.()
    timerAt = at
    cancelTimer = later(() => {
      timerAt = Number.POSITIVE_INFINITY
      pump()
    }, ms)
  }

  const fail = (lines: readonly Line[], status: number, willRetry: boolean) =>
    report({
      code: status ? 'http' : 'network',
      message: `${lines.length} event(s) ${willRetry ? 'not delivered yet' : 'refused and dropped'}: ${status ? `the gateway answered ${status}` : 'no answer from the gateway'}`,
      status,
      messageIds: lines.map(messageIdOf),
      willRetry,
    })

  /** Resolves with true once every line has its fate. */
  const deliver = async (shared: string, lines: readonly Line[]): Promise<boolean> => {
    const body = `{"writeKey":${JSON.stringify(writeKey)},"sentAt":"${new Date(now()).toISOString()}","context":{${shared}},"batch":[${lines.map(line => line.text).join()}]}`
    const bytes = byteLength(body)
    const keepalive = flyingBytes + bytes <= KEEPALIVE_BYTES
    if (keepalive) flyingBytes += bytes
    let answer: Answer = { status: 0, retryAfter: null, text: '' }
    let reply: IngestReply | undefined
    try {
      answer = await post(body, keepalive)
      if (answer.status === 200) reply = JSON.parse(answer.text) as IngestReply
    } catch {
      // No answer, or not one of a gateway's: both are told by the missing reply.
    }
    if (keepalive) flyingBytes -= bytes

    const { status } = answer
    if (reply?.success) {
      for (const { index, code, path, message } of reply.rejected ?? []) {
        const line = lines[index]
        if (!line) continue
        line.fate = 'failed'
        report({ code, message: `${path} ${message}`, status, messageIds: [messageIdOf(line)], willRetry: false })
      }
      for (const line of lines) line.fate ??= 'delivered'
      return true
    }
    if (status < 300 || isRetryable(status)) {
      const held = retryAfterMs(answer.retryAfter)
      retryAt = clock() + (held ?? backoffMs(++failures, random))
      if (held) heldUntil = retryAt
      fail(lines, status, true)
      return false
    }
    if ((status === 413 || status === 400) && lines.length > 1) {
      const half = lines.length >> 1
      return (await deliver(shared, lines.slice(0, half))) && deliver(shared, lines.slice(half))
    }
    for (const line of lines) line.fate = 'failed'
    fail(lines, status, false)
    return true
  }

  const send = async (chunks: readonly Chunk[]) => {
    const lines = chunks.flatMap(chunk => chunk.lines).filter(line => !line.fate)
    const done = !lines.length || (await deliver(chunks[0]?.shared ?? '', lines))
    flying--
    if (done) {
      outbox.settle(chunks)
      failures = retryAt = 0
      if (!outbox.lines().length) idle()
    } else outbox.release(chunks)
    pump()
  }

  const pump = (leaving = false) => {
    const wait = Math.max(heldUntil, leaving ? 0 : retryAt) - clock()
    if (wait > 0) {
      if (outbox.lines().length) schedule(wait)
    } else {
      while (leaving || !flying) {
        const chunks = outbox.take(KEEPALIVE_BYTES - ENVELOPE_BYTES - (leaving ? flyingBytes : 0), !leaving)
        if (!chunks.length) break
        flying++
        void send(chunks)
      }
    }
    flushes = flushes.filter(({ lines, resolve }) => {
      const pending = lines.filter(line => !line.fate).length
      if (pending && flying) return true
      const failed = lines.filter(line => line.fate === 'failed').length
      resolve({ delivered: lines.length - pending - failed, pending, failed })
      return false
    })
  }

  return {
    wake() {
      if (outbox.waitingBytes() > FULL_BYTES) pump()
      else schedule(DELAY_MS)
    },
    leave: () => pump(true),
    retry() {
      retryAt = 0
      pump()
    },
    flush() {
      outbox.commit()
      const lines = outbox.lines()
      retryAt = 0
      return new Promise(resolve => {
        flushes.push({ lines, resolve })
        pump()
      })
    },
  }
}
