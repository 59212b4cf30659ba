/** The text inside a frame: one line saying what and where, then the events, then the rejected ones, a line each. Pure. */
import { type CountRow, REJECTED_COLUMNS } from '@waymark/schemas/row'
import type { Frame } from './frame.ts'
import { eventLine } from './rowLine.ts'

/** A frame as text, before it has a place in a segment. */
export interface FrameText {
  readonly events: number
  readonly rejected: number
  readonly counts: readonly CountRow[]
  /** Lines, each with its line feed. */
  readonly lines: Buffer
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
  readonly events: readonly Line[]
  readonly rejected: readonly Line[]
  readonly counts: readonly CountRow[]
}

type Head = [segment: string, firstEvent: number, events: number, firstRejected: number, rejected: number, counts: CountTuple[]]
type CountTuple = [source: string, hour: number, received: number, deduplicated: number, rejected: number, suppressed: number]

export function frameText({ events, rejected, counts }: Frame): FrameText {
  const lines = events.map(eventLine)
  for (const row of rejected) lines.push(`${JSON.stringify(REJECTED_COLUMNS.map(column => row[column]))}\n`)
  return { events: events.length, rejected: rejected.length, counts, lines: bytesOf(lines) }
}

/** Line by line: one character outside of Latin-1 makes a whole joined text twice as wide, and five times as slow to encode. */
function bytesOf(lines: readonly string[]): Buffer {
  const bytes = Buffer.allocUnsafe(lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0))
  let at = 0
  for (const line of lines) at += bytes.write(line, at)
  return bytes
}

/** No payload made of this text is longer, wherever it is placed. */
export function mostPayloadBytes(text: FrameText): number {
  return Buffer.byteLength(headLine(text, WIDEST_PLACE)) + text.lines.length
}

const WIDEST_PLACE: Place = {
  segment: '00000000-0000-0000-0000-000000000000',
  firstEvent: Number.MAX_SAFE_INTEGER,
  firstRejected: Number.MAX_SAFE_INTEGER,
}

/** The line before the lines of a frame, with its line feed. */
export function headLine({ events, rejected, counts }: FrameText, { segment, firstEvent, firstRejected }: Place): string {
  const head: Head = [segment, firstEvent, events, firstRejected, rejected, counts.map(countTuple)]
  return `${JSON.stringify(head)}\n`
}

export function decodePayload(payload: Buffer): PlacedFrame {
  const { segment, counts, events, rejected } = framePieces(payload)
  return { segment, events: linesOf(events), rejected: linesOf(rejected), counts }
}

/** Consecutive lines as bytes, each with its line feed, so that they can pass through to the engine untouched. */
export interface Lines {
  readonly first: number
  readonly count: number
  readonly bytes: Buffer
}

export interface FramePieces {
  readonly segment: string
  readonly events: Lines
  readonly rejected: Lines
  readonly counts: readonly CountRow[]
}

/** The frame without a look at its lines: costs nothing per event. */
export function framePieces(payload: Buffer): FramePieces {
  const headEnd = payload.indexOf(0x0a)
  const head = payload.subarray(0, headEnd === -1 ? payload.length : headEnd)
  const [segment, firstEvent, events, firstRejected, rejected, counts] = JSON.parse(head.toString()) as Head
  // Rejected lines are last and few, so the border is looked for from the end.
  let border = payload.length
  for (let left = rejected; left > 0; left--) border = payload.lastIndexOf(0x0a, border - 2) + 1
  return {
    segment,
    events: { first: firstEvent, count: events, bytes: payload.subarray(head.length + 1, border) },
    rejected: { first: firstRejected, count: rejected, bytes: payload.subarray(border) },
    counts: counts.map(([source_id, hour, received, deduplicated, refused, suppressed]) => ({
      source_id,
      hour,
      received,
      deduplicated,
      rejected: refused,
      suppressed,
    })),
  }
}

export function linesOf({ first, count, bytes }: Lines): Line[] {
  if (count === 0) return []
  const texts = bytes.toString('utf8').split('\n')
  return texts.slice(0, count).map((json, place) => ({ index: first + place, json }))
}

/** Only the counts, without splitting the lines. */
export function payloadCounts(payload: Buffer): { segment: string; counts: readonly CountRow[] } {
  const { segment, counts } = framePieces(payload)
  return { segment, counts }
}

function countTuple(row: CountRow): CountTuple {
  return [row.source_id, row.hour, row.received, row.deduplicated, row.rejected, row.suppressed]
}
