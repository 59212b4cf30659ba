import type { Callback } from './api.ts'
import type { Written } from './event.ts'
import type { Tally } from './ledger.ts'

/** One accepted event until its fate is known. */
export interface Line extends Written {
  /** Order of acceptance. */
  readonly order: number
  readonly tally: Tally
  readonly callback: Callback | undefined
}

export interface Queue {
  /** False: it does not fit. */
  fits(bytes: number): boolean
  add(written: Written, tally: Tally, callback: Callback | undefined): void
  /** The oldest waiting lines that make one batch; they stay held until released. */
  take(): Line[]
  /** Their fate is known. */
  release(lines: readonly Line[]): void
  /** Whether the waiting lines fill a batch. */
  isFull(): boolean
  waiting(): number
  /** Waiting and in flight. */
  held(): number
}

export interface QueueLimits {
  readonly maxEvents: number
  readonly maxBytes: number
  readonly batchEvents: number
  readonly batchBytes: number
}

/** First in, first out; what is in flight counts as held, so that an outage cannot make it grow past its limits. */
export function createQueue({ maxEvents, maxBytes, batchEvents, batchBytes }: QueueLimits): Queue {
  let lines: Line[] = []
  /** Lines before this place are taken; shifting an array of 100,000 would copy it each time. */
  let head = 0
  let order = 0
  let held = 0
  let heldBytes = 0
  let waitingBytes = 0

  return {
    fits: bytes => held < maxEvents && heldBytes + bytes <= maxBytes,
    add({ messageId, text, bytes }, tally, callback) {
      lines.push({ messageId, text, bytes, order: order++, tally, callback })
      held++
      heldBytes += bytes
      waitingBytes += bytes
    },
    take() {
      let end = head
      let bytes = 0
      for (let line = lines[end]; line !== undefined && end - head < batchEvents; line = lines[++end]) {
        // Each line costs a comma as well. A line above the limit travels alone.
        if (end > head && bytes + line.bytes + 1 > batchBytes) break
        bytes += line.bytes + 1
        waitingBytes -= line.bytes
      }
      const taken = lines.slice(head, end)
      head = end
      if (head === lines.length || head > 10_000) {
        lines = lines.slice(head)
        head = 0
      }
      return taken
    },
    release(done) {
      held -= done.length
      for (const { bytes } of done) heldBytes -= bytes
    },
    isFull: () => lines.length - head >= batchEvents || waitingBytes >= batchBytes,
    waiting: () => lines.length - head,
    held: () => held,
  }
}
