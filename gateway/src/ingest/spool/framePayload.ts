/** The bytes inside a frame: one line saying what and where, a line for each rejected event, then the request as it came. Pure. */
import { type CountRow, REJECTED_COLUMNS } from '@waymark/schemas/row'
import type { Frame, KeptRequest, RequestFacts } from './frame.ts'

/** A frame as text, before it has a place in a segment. */
export interface FrameText {
  readonly events: number
  readonly rejected: number
  readonly counts: readonly CountRow[]
  /** JSON text of what the request told besides its body. */
  readonly facts: string
  /** Lines of the rejected events, each with its line feed. */
  readonly lines: Buffer
  readonly body: Buffer
  /** Of lines and body. */
  readonly bytes: number
}

/**
 * Where a frame stands. The uuid is repeated in each frame and the indexes are told, not counted, so that
 * damage before a frame changes nothing about it: what was loaded under an index keeps that index.
 */
export interface Place {
  readonly segment: string
  readonly firstEvent: number
  readonly firstRejected: number
}

/** A row as a JSON array without its place: `["m-1","web",…]`. */
export interface Line {
  readonly index: number
  readonly json: string
}

export interface PlacedFrame {
  readonly segment: string
  readonly firstEvent: number
  readonly request: KeptRequest | null
  readonly rejected: readonly Line[]
  readonly counts: readonly CountRow[]
}

type Head = [
  segment: string,
  firstEvent: number,
  events: number,
  firstRejected: number,
  rejected: number,
  counts: CountTuple[],
  facts: RequestFacts | null,
]
export type CountTuple = [source: string, hour: number, received: number, deduplicated: number, rejected: number, suppressed: number]

const NOTHING = Buffer.alloc(0)

export function frameText({ request, rejected, counts }: Frame): FrameText {
  const lines =
    rejected.length === 0
      ? NOTHING
      : Buffer.from(rejected.map(row => `${JSON.stringify(REJECTED_COLUMNS.map(column => row[column]))}\n`).join(''))
  const { events, facts, body } = request ?? { events: 0, facts: null, body: NOTHING }
  return { events, rejected: rejected.length, counts, facts: JSON.stringify(facts), lines, body, bytes: lines.length + body.length }
}

/** No payload made of this text is longer, wherever it is placed. */
export function mostPayloadBytes(text: FrameText): number {
  return Buffer.byteLength(headLine(text, WIDEST_PLACE)) + text.bytes
}

const WIDEST_PLACE: Place = {
  segment: '00000000-0000-0000-0000-000000000000',
  firstEvent: Number.MAX_SAFE_INTEGER,
  firstRejected: Number.MAX_SAFE_INTEGER,
}

/** The line before the lines of a frame, with its line feed. */
export function headLine({ events, rejected, counts, facts }: FrameText, { segment, firstEvent, firstRejected }: Place): string {
  return `["${segment}",${firstEvent},${events},${firstRejected},${rejected},${JSON.stringify(counts.map(countTuple))},${facts}]\n`
}

export function decodePayload(payload: Buffer): PlacedFrame {
  const { head, end } = readHead(payload)
  const [segment, firstEvent, events, firstRejected, rejectedRows, , facts] = head
  let start = end
  const rejected = Array.from({ length: rejectedRows }, (_, place): Line => {
    const lineEnd = payload.indexOf(0x0a, start)
    const json = payload.toString('utf8', start, lineEnd)
    start = lineEnd + 1
    return { index: firstRejected + place, json }
  })
  const request = facts === null ? null : { body: payload.subarray(start), events, facts }
  return { segment, firstEvent, request, rejected, counts: countsOf(head[5]) }
}

/** Only the counts, without a look at the events. */
export function payloadCounts(payload: Buffer): { segment: string; counts: readonly CountRow[] } {
  const { head } = readHead(payload)
  return { segment: head[0], counts: countsOf(head[5]) }
}

function readHead(payload: Buffer): { head: Head; end: number } {
  const lineEnd = payload.indexOf(0x0a)
  const end = lineEnd === -1 ? payload.length : lineEnd
  return { head: JSON.parse(payload.toString('utf8', 0, end)) as Head, end: end + 1 }
}

export function countsOf(tuples: readonly CountTuple[]): CountRow[] {
  return tuples.map(([source_id, hour, received, deduplicated, rejected, suppressed]) => ({
    source_id,
    hour,
    received,
    deduplicated,
    rejected,
    suppressed,
  }))
}

export function countTuple(row: CountRow): CountTuple {
  return [row.source_id, row.hour, row.received, row.deduplicated, row.rejected, row.suppressed]
}
