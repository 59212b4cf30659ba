/** Empties the queue by a few requests at a time, until each event's fate is known. */
import { backoffMs, isRetryable, retryAfterMs } from '@waymark/schemas/delivery'
import type { IngestReply, Rejection } from '@waymark/schemas/event'
import type { ErrorCode } from './api.ts'
import { type Batch, type Line, part, type Queue } from './queue.ts'

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
  readonly post: (batch: Batch) => Promise<Answer>
  readonly delivered: (lines: readonly Line[]) => void
  readonly failed: (batch: Batch, code: ErrorCode, message: string, status: number) => void
  /** The events are kept and tried again. */
  readonly troubled: (batch: Batch, message: string, status: number) => void
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
  stop(): Batch[]
  /** What went wrong last, '' after a success. */
  trouble(): string
}

interface Try {
  readonly batch: Batch
  readonly strikes: number
  /** `successes` when it was last tried. */
  readonly seen: number
}

export function createSender(edges: SenderEdges): Sender {
  const { queue, post, delivered, failed, troubled, random, later, concurrency, flushInterval } = edges
  /** To be tried again, before anything new, oldest first. */
  let again: Try[] = []
  const flying = new Set<Try>()
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

  const next = (): Try | undefined => {
    const retried = again.shift()
    if (retried !== undefined) return retried
    if (!isDue && !queue.isFull()) return undefined
    const batch = queue.take()
    if (queue.isEmpty()) isDue = false
    return batch && { batch, strikes: 0, seen: successes }
  }

  const send = () => {
    while (pauseEnds === undefined && flying.size < concurrency) {
      const attempt = next()
      if (attempt === undefined) break
      flying.add(attempt)
      const sentIn = round
      void post(attempt.batch).then(answer => {
        // Not there: `stop` has told its fate.
        if (!flying.delete(attempt)) return
        settle(attempt, answer, sentIn)
        send()
      })
    }
    wake()
  }

  const sendAll = () => {
    isDue = !queue.isEmpty()
    send()
  }

  const wake = () => {
    if (pauseEnds !== undefined) return
    if (queue.isFull() && flying.size < concurrency) send()
    else if (cancelTimer === undefined && !isDue && !queue.isEmpty()) {
      cancelTimer = later(() => {
        cancelTimer = undefined
        sendAll()
      }, flushInterval)
    }
  }

  const putBack = (batches: readonly Batch[], strikes: number) => {
    for (const batch of batches) again.push({ batch, strikes, seen: successes })
    again.sort((a, b) => a.batch.order - b.batch.order)
  }

  const halves = (batch: Batch) => {
    const half = batch.lines.length >> 1
    return [part(batch, 0, half), part(batch, half, batch.lines.length)]
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

  const settle = (attempt: Try, answer: Answer, sentIn: number) => {
    const { batch } = attempt
    const { status } = answer
    const rejected = status >= 200 && status < 300 ? rejectionsIn(answer.text) : undefined
    if (rejected !== undefined) {
      successes++
      failures = 0
      trouble = ''
      acknowledge(batch, rejected, status)
    } else if (status < 300 || isRetryable(status)) {
      trouble = describe(answer)
      retry(attempt, answer, sentIn)
    } else if ((status === 413 || status === 400) && batch.lines.length > 1) {
      putBack(halves(batch), attempt.strikes)
    } else {
      failed(batch, 'refused', `the gateway refused the request with ${describe(answer)}. ${adviceFor(status)}`, status)
    }
  }

  const retry = ({ batch, strikes, seen }: Try, { status, retryAfter }: Answer, sentIn: number) => {
    const asked = retryAfterMs(retryAfter)
    // A gateway that names a time is busy: that says nothing about the batch.
    const isStrike = seen !== successes && asked === undefined && status !== 429
    const count = strikes + (isStrike ? 1 : 0)
    if (count >= STRIKES && batch.lines.length === 1) {
      failed(batch, 'unreachable', `given up after ${STRIKES} tries between which others got through: ${trouble}`, status)
    } else {
      if (count < STRIKES) putBack([batch], count)
      else putBack(halves(batch), STRIKES - 1)
      troubled(batch, `kept for another try: ${trouble}`, status)
    }
    pause(asked, sentIn)
  }

  const acknowledge = (batch: Batch, rejected: readonly Rejection[], status: number) => {
    const bad = new Set<number>()
    for (const { index, code, path, message } of rejected) {
      if (batch.lines[index] === undefined || bad.has(index)) continue
      bad.add(index)
      failed(part(batch, index, index + 1), code, path === '' ? message : `${path}: ${message}`, status)
    }
    delivered(bad.size === 0 ? batch.lines : batch.lines.filter((_, index) => !bad.has(index)))
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
      const rest = [...flying, ...again].map(({ batch }) => batch)
      flying.clear()
      again = []
      for (let batch = queue.take(); batch !== undefined; batch = queue.take()) rest.push(batch)
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
