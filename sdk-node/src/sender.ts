/** Empties the queue by a few requests at a time, until each event's fate is known. */
import { backoffMs, isRetryable, retryAfterMs } from '@waymark/schemas/delivery'
import type { IngestReply, Rejection } from '@waymark/schemas/event'
import type { ErrorCode } from './api.ts'
import type { Line, Queue } from './queue.ts'

/**
 * So often may a batch fail while others get through in between; then it is halved, since something in it may be what
 * the gateway breaks on. Failures of an outage, where nothing gets through, do not count: those events are kept.
 */
const STRIKES = 12

/** Ceiling of the first pause after a failure. */
const BASE_MS = 500

/** Status 0: there was no answer, and `text` says why. */
export interface Answer {
  readonly status: number
  readonly retryAfter: string | null
  readonly text: string
}

export interface SenderEdges {
  readonly queue: Queue
  /** Never rejects. */
  readonly post: (lines: readonly Line[]) => Promise<Answer>
  readonly delivered: (lines: readonly Line[]) => void
  readonly failed: (lines: readonly Line[], code: ErrorCode, message: string, status: number) => void
  /** The events are kept and tried again. */
  readonly troubled: (lines: readonly Line[], message: string, status: number) => void
  readonly random: () => number
  /** Returns a function that takes it back. */
  readonly later: (run: () => void, ms: number) => () => void
  readonly concurrency: number
  readonly flushInterval: number
}

export interface Sender {
  /** Something was added: send it when a batch is full or the interval is over. */
  wake(): void
  /** Somebody waits: sends what there is, full batch or not, and cuts a long pause short unless the gateway asked for it. */
  hurry(): void
  /** Takes everything that has no fate yet; answers that come later change nothing. */
  stop(): Line[]
  /** What went wrong last, '' after a success. */
  trouble(): string
}

interface Batch {
  readonly lines: readonly Line[]
  readonly strikes: number
  /** `successes` when it was last tried. */
  readonly seen: number
}

export function createSender(edges: SenderEdges): Sender {
  const { queue, post, delivered, failed, troubled, random, later, concurrency, flushInterval } = edges
  /** To be tried again, before anything new, oldest first. */
  let again: Batch[] = []
  const flying = new Set<Batch>()
  let successes = 0
  /** Pauses since the last success; they make the next one longer. */
  let failures = 0
  /** Counts pauses: requests that left before one began do not lengthen it together. */
  let round = 0
  let pauseEnds: (() => void) | undefined
  let pauseMs = 0
  /** The gateway named the time of this pause. */
  let isAsked = false
  let cancelTimer: (() => void) | undefined
  let isDue = false
  let trouble = ''

  const next = (): Batch | undefined => {
    const retried = again.shift()
    if (retried !== undefined) return retried
    if (!isDue && !queue.isFull()) return undefined
    const lines = queue.take()
    if (queue.waiting() === 0) isDue = false
    return lines.length > 0 ? { lines, strikes: 0, seen: successes } : undefined
  }

  const send = () => {
    while (pauseEnds === undefined && flying.size < concurrency) {
      const batch = next()
      if (batch === undefined) break
      flying.add(batch)
      const sentIn = round
      void post(batch.lines).then(answer => {
        // Not there: `stop` has told its fate.
        if (!flying.delete(batch)) return
        settle(batch, answer, sentIn)
        send()
      })
    }
    wake()
  }

  const sendAll = () => {
    isDue = queue.waiting() > 0
    send()
  }

  const wake = () => {
    if (pauseEnds !== undefined) return
    if (queue.isFull() && flying.size < concurrency) send()
    else if (cancelTimer === undefined && queue.waiting() > 0 && !isDue) {
      cancelTimer = later(() => {
        cancelTimer = undefined
        sendAll()
      }, flushInterval)
    }
  }

  const putBack = (...batches: Batch[]) => {
    again.push(...batches)
    again.sort((a, b) => (a.lines[0]?.order ?? 0) - (b.lines[0]?.order ?? 0))
  }

  const halve = ({ lines }: Batch, strikes: number) => {
    const half = lines.length >> 1
    putBack({ lines: lines.slice(0, half), strikes, seen: successes }, { lines: lines.slice(half), strikes, seen: successes })
  }

  const startPause = (ms: number) => {
    pauseEnds?.()
    pauseMs = ms
    pauseEnds = later(() => {
      pauseEnds = undefined
      sendAll()
    }, ms)
  }

  const pause = (asked: number | undefined, sentIn: number) => {
    if (sentIn === round) {
      round++
      failures++
      isAsked = asked !== undefined
      startPause(asked ?? backoffMs(failures, random, BASE_MS))
    } else if (asked !== undefined && (pauseEnds === undefined || asked > pauseMs)) {
      isAsked = true
      startPause(asked)
    }
  }

  const settle = (batch: Batch, answer: Answer, sentIn: number) => {
    const { lines } = batch
    const { status } = answer
    const rejected = status >= 200 && status < 300 ? rejectionsIn(answer.text) : undefined
    if (rejected !== undefined) {
      successes++
      failures = 0
      trouble = ''
      acknowledge(lines, rejected, status)
      return
    }
    const what = describe(answer)
    if (status < 300 || isRetryable(status)) {
      trouble = what
      const asked = retryAfterMs(answer.retryAfter)
      // A gateway that names a time is busy: that says nothing about the batch.
      const isStrike = batch.seen !== successes && asked === undefined && status !== 429
      const strikes = batch.strikes + (isStrike ? 1 : 0)
      if (strikes < STRIKES) putBack({ lines, strikes, seen: successes })
      else if (lines.length > 1) halve(batch, STRIKES - 1)
      else failed(lines, 'unreachable', `given up after ${STRIKES} tries between which others got through: ${what}`, status)
      if (strikes < STRIKES || lines.length > 1) troubled(lines, `kept for another try: ${what}`, status)
      pause(asked, sentIn)
      return
    }
    if ((status === 413 || status === 400) && lines.length > 1) halve(batch, batch.strikes)
    else failed(lines, 'refused', `the gateway refused the request with ${what}. ${adviceFor(status)}`, status)
  }

  const acknowledge = (lines: readonly Line[], rejected: readonly Rejection[], status: number) => {
    const bad = new Set<Line>()
    for (const { index, code, path, message } of rejected) {
      const line = lines[index]
      if (line === undefined || bad.has(line)) continue
      bad.add(line)
      failed([line], code, path === '' ? message : `${path}: ${message}`, status)
    }
    delivered(bad.size === 0 ? lines : lines.filter(line => !bad.has(line)))
  }

  return {
    wake,
    hurry() {
      if (pauseEnds !== undefined && !isAsked && pauseMs > BASE_MS) {
        failures = 0
        startPause(backoffMs(1, random, BASE_MS))
      }
      sendAll()
    },
    stop() {
      cancelTimer?.()
      pauseEnds?.()
      cancelTimer = undefined
      pauseEnds = undefined
      isDue = false
      const rest = [...flying, ...again].flatMap(({ lines }) => lines)
      flying.clear()
      again = []
      while (queue.waiting() > 0) rest.push(...queue.take())
      return rest
    },
    trouble: () => trouble,
  }
}

/** Of a gateway's answer; undefined: it is not one, so nothing is acknowledged. */
function rejectionsIn(text: string): Rejection[] | undefined {
  try {
    const reply = JSON.parse(text) as Partial<IngestReply> | null
    if (reply?.success !== true) return undefined
    return Array.isArray(reply.rejected) ? reply.rejected : []
  } catch {
    // A proxy's page, or an answer that was cut.
    return undefined
  }
}

function describe({ status, text }: Answer): string {
  if (status === 0) return text
  return status < 300 ? `status ${status}, but not the answer of a Waymark gateway` : `status ${status}`
}

function adviceFor(status: number): string {
  if (status === 401 || status === 403) return 'Check the write key.'
  if (status === 404 || (status >= 300 && status < 400)) return 'Check the host.'
  return 'Its events are dropped.'
}
