/** Empties the outbox: one request at a time, in order, until each event's fate is known. */
import { backoffMs, isRetryable, retryAfterMs } from '@waymark/schemas/delivery'
import type { IngestReply } from '@waymark/schemas/event'
import type { DeliveryError, FlushResult } from './api.ts'
import { byteLength, type Chunk, type Line, type Outbox } from './outbox.ts'

/** Browsers allow 64 KiB in flight for requests that outlive their page; the rest is for the site's own. */
const KEEPALIVE_BYTES = 60_000
const ENVELOPE_BYTES = 500
/** So much waiting goes at once instead of after the delay. */
const FULL_BYTES = 30_000
const DELAY_MS = 1_000

/** Status 0: there was no answer. */
export interface Answer {
  status: number
  retryAfter: string | null
  text: string
}

export type Report = (code: DeliveryError['code'], message: string, lines?: readonly Line[], status?: number, willRetry?: boolean) => void

export interface SenderEdges {
  outbox: Outbox
  writeKey: string
  /** Rejects when there was no answer. */
  post: (body: string, keepalive: boolean) => Promise<Answer>
  report: Report
  /** Wall clock, milliseconds. */
  now: () => number
  random: () => number
  /** Returns a function that takes it back. */
  later: (run: () => void, ms: number) => () => void
  /** Nothing waits any more. */
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

export function createSender({ outbox, writeKey, post, report, now, random, later, idle }: SenderEdges): Sender {
  let requests = 0
  let flyingBytes = 0
  let failures = 0
  /** Waiting before the next try: 1 by our own patience, 2 because the gateway asked, which binds a leaving page too. */
  let patience: 0 | 1 | 2 = 0
  let cancelTimer: (() => void) | undefined
  let flushes: { lines: Line[]; resolve: (result: FlushResult) => void }[] = []

  const sendAfter = (ms: number) => {
    cancelTimer?.()
    cancelTimer = later(() => {
      cancelTimer = undefined
      patience = 0
      send()
    }, ms)
  }

  /** Resolves with true once every line has its fate. */
  const deliver = async (shared: string, lines: readonly Line[]): Promise<boolean> => {
    const head = `{"writeKey":${JSON.stringify(writeKey)},"sentAt":"${new Date(now()).toISOString()}","context":{${shared}},"batch":[`
    const body = `${head}${lines.map(line => line.text)}]}`
    const bytes = byteLength(body)
    const keepalive = flyingBytes + bytes <= KEEPALIVE_BYTES
    flyingBytes += bytes
    let answer: Answer = { status: 0, retryAfter: null, text: '' }
    let reply: Partial<IngestReply> = {}
    try {
      answer = await post(body, keepalive)
      reply = JSON.parse(answer.text)
    } catch {
      // No answer, or not one of a gateway's: either way there is no `success`.
    }
    flyingBytes -= bytes

    const { status } = answer
    if (reply.success) {
      for (const { index, code, path, message } of reply.rejected || []) {
        for (const line of lines.slice(index, index + 1)) {
          line.fate = 'failed'
          report(code, `${path} ${message}`, [line], status)
        }
      }
      for (const line of lines) line.fate ||= 'delivered'
      return true
    }
    if (status < 300 || isRetryable(status)) {
      const asked = retryAfterMs(answer.retryAfter)
      patience = asked ? 2 : 1
      sendAfter(asked ?? backoffMs(++failures, random))
      report('unreachable', `kept, status ${status}`, lines, status, true)
      return false
    }
    if ((status === 413 || status === 400) && lines.length > 1) {
      const half = lines.length >> 1
      return (await deliver(shared, lines.slice(0, half))) && deliver(shared, lines.slice(half))
    }
    for (const line of lines) line.fate = 'failed'
    report('refused', `dropped, status ${status}`, lines, status)
    return true
  }

  const carry = async (chunks: readonly Chunk[]) => {
    const lines = chunks.flatMap(chunk => chunk.lines).filter(line => !line.fate)
    const isDone = !lines.length || (await deliver(chunks[0]?.shared || '', lines))
    requests--
    if (isDone) failures = 0
    for (const chunk of chunks) {
      chunk.flying = 0
      if (isDone) outbox.remove(chunk)
    }
    if (!outbox.bytes()) idle()
    send()
  }

  const send = (leaving = false) => {
    while (patience <= +leaving && (leaving || !requests)) {
      const chunks = outbox.take(KEEPALIVE_BYTES - ENVELOPE_BYTES - (leaving ? flyingBytes : 0), !leaving)
      if (!chunks[0]) break
      requests++
      void carry(chunks)
    }
    flushes = flushes.filter(({ lines, resolve }) => {
      const count = (fate: Line['fate']) => lines.filter(line => line.fate === fate).length
      const pending = count(undefined)
      if (pending && requests) return true
      resolve({ delivered: count('delivered'), pending, failed: count('failed') })
      return false
    })
  }

  const retry = () => {
    if (patience < 2) patience = 0
    send()
  }

  return {
    wake() {
      if (outbox.bytes() > FULL_BYTES) send()
      else if (!cancelTimer) sendAfter(DELAY_MS)
    },
    leave: () => send(true),
    retry,
    flush() {
      outbox.commit()
      return new Promise(resolve => {
        flushes.push({ lines: outbox.lines(), resolve })
        retry()
      })
    },
  }
}
