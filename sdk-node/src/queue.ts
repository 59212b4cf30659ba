/** Events until their fate is known: first in, first out, within a number of events and bytes. */
import type { Callback } from './api.ts'
import type { Tally } from './ledger.ts'

/** What is remembered of one event beside its text. */
export interface Line {
  /** UTF-8 bytes of its text. */
  readonly bytes: number
  readonly tally: Tally
  readonly callback: Callback | undefined
}

/** Events that travel together; their texts outside of the garbage-collected heap, joined by commas. */
export interface Batch {
  readonly body: Buffer
  readonly lines: readonly Line[]
  /** Place of its first event among all that were accepted. */
  readonly order: number
}

export interface Queue {
  fits(bytes: number): boolean
  add(text: string, line: Line): void
  /** The oldest batch, full or not; it stays held until its lines are released. Undefined: nothing waits. */
  take(): Batch | undefined
  /** Their fate is known. */
  release(lines: readonly Line[]): void
  /** Whether a full batch waits. */
  isFull(): boolean
  isEmpty(): boolean
  /** Events waiting and in flight. */
  held(): number
}

export interface QueueLimits {
  readonly maxEvents: number
  readonly maxBytes: number
  readonly batchEvents: number
  readonly batchBytes: number
}

interface Link {
  readonly batch: Batch
  next: Link | undefined
}

/** What is in flight counts as held, so that an outage cannot make it grow past its limits. */
export function createQueue({ maxEvents, maxBytes, batchEvents, batchBytes }: QueueLimits): Queue {
  // A linked list, because shifting an array of 100,000 small batches copies it each time.
  let first: Link | undefined
  let last: Link | undefined
  /** The batch that is being filled. */
  let texts: string[] = []
  let lines: Line[] = []
  let bytes = 0
  let order = 0
  let held = 0
  let heldBytes = 0

  const close = (): Batch => {
    const batch = { body: Buffer.from(texts.join(',')), lines, order: order - lines.length }
    texts = []
    lines = []
    bytes = 0
    return batch
  }

  const append = (batch: Batch) => {
    const link = { batch, next: undefined }
    if (last === undefined) first = link
    else last.next = link
    last = link
  }

  return {
    fits: size => held < maxEvents && heldBytes + size <= maxBytes,
    add(text, line) {
      // Each line costs a comma as well. A line above the limit travels alone.
      if (lines.length > 0 && bytes + line.bytes + 1 > batchBytes) append(close())
      texts.push(text)
      lines.push(line)
      bytes += line.bytes + 1
      order++
      held++
      heldBytes += line.bytes
      if (lines.length >= batchEvents) append(close())
    },
    take() {
      if (first === undefined) return lines.length > 0 ? close() : undefined
      const { batch, next } = first
      first = next
      if (first === undefined) last = undefined
      return batch
    },
    release(done) {
      held -= done.length
      for (const line of done) heldBytes -= line.bytes
    },
    isFull: () => first !== undefined,
    isEmpty: () => first === undefined && lines.length === 0,
    held: () => held,
  }
}

/** The events from place `from` up to, not including, `to`. */
export function part({ body, lines, order }: Batch, from: number, to: number): Batch {
  const width = (some: readonly Line[]) => some.reduce((sum, line) => sum + line.bytes + 1, 0)
  const start = width(lines.slice(0, from))
  const end = start + width(lines.slice(from, to)) - 1
  return { body: body.subarray(start, end), lines: lines.slice(from, to), order: order + from }
}

/** Read back from the texts: needed for few events, so not kept for all. */
export function messageIds({ body }: Batch): string[] {
  return (JSON.parse(`[${body.toString()}]`) as { messageId: string }[]).map(({ messageId }) => messageId)
}
