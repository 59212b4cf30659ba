import { type CountRow, EVENT_COLUMNS, REJECTED_COLUMNS, type RejectedRow } from '@waymark/schemas/row'
import type { Redact } from '../enrich/redact.ts'
import type { Line } from '../spool/framePayload.ts'
import type { Refusal } from './blame.ts'

/** Code of an accepted event that the engine would not store. */
export const NOT_STORABLE = 'not_storable'

/** Indexes of such rows start here, above every index that a segment gives its own rejected rows. */
export const QUARANTINE_INDEX = 2 ** 31

const MOST_RAW_CHARS = 64 * 1024
const MOST_MESSAGE_CHARS = 1000
const HOUR_MS = 3_600_000

/** The event as a rejected one: kept, with the engine's reason. `index` counts within the segment here; `createdAt` stands in for an unreadable time. */
export function quarantinedLine({ line, message }: Refusal, createdAt: number, redact: Redact): Line {
  const known = eventOf(line)
  // Of an event without a row the event itself stands there, as it came.
  const row: Record<string, unknown> = { ...known, properties: redact(text(known.properties)) }
  const rejected: RejectedRow = {
    source_id: text(row.source_id),
    received_at: receivedAt(line) || createdAt,
    index: line.index,
    message_id: text(row.message_id),
    code: NOT_STORABLE,
    path: '',
    message: message.slice(0, MOST_MESSAGE_CHARS).toWellFormed(),
    raw: storableText(JSON.stringify(row)),
  }
  return { index: QUARANTINE_INDEX + line.index, json: JSON.stringify(REJECTED_COLUMNS.map(column => rejected[column])) }
}

/** A rejected row in a form that is always storable: the same place and reason, the text cleaned. */
export function cleanedRejectedLine({ line, message }: Refusal): Line {
  const values = JSON.parse(line.json) as unknown[]
  const row = Object.fromEntries(REJECTED_COLUMNS.map((column, place) => [column, values[place]]))
  const cleaned: RejectedRow = {
    source_id: text(row.source_id),
    received_at: number(row.received_at),
    index: number(row.index),
    message_id: text(row.message_id),
    code: text(row.code),
    path: text(row.path),
    message: `${text(row.message)} (cleaned, because it was not storable: ${message.slice(0, MOST_MESSAGE_CHARS)})`.toWellFormed(),
    raw: storableText(text(row.raw)),
  }
  return { index: line.index, json: JSON.stringify(REJECTED_COLUMNS.map(column => cleaned[column])) }
}

/** Counts with some of the accepted events moved to the rejected ones. */
export function countQuarantined(counts: readonly CountRow[], quarantined: readonly Line[]): CountRow[] {
  const corrected = counts.map(row => ({ ...row }))
  for (const line of quarantined) {
    const source = text(eventOf(line).source_id)
    const hour = Math.floor(receivedAt(line) / HOUR_MS) * HOUR_MS
    const row = corrected.find(candidate => candidate.source_id === source && candidate.hour === hour) ?? corrected[0]
    if (row !== undefined) row.rejected++
  }
  return corrected
}

/** `received_at` of a line of events, epoch milliseconds. */
export function receivedAt(line: Line): number {
  return number(eventOf(line).received_at)
}

function eventOf(line: Line): Record<string, unknown> {
  const values = JSON.parse(line.json) as unknown[]
  return Object.fromEntries(EVENT_COLUMNS.map((column, place) => [column, values[place]]))
}

function text(value: unknown): string {
  return (typeof value === 'string' ? value : JSON.stringify(value ?? '')).toWellFormed()
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.floor(value) : 0
}

/** JSON text whose escapes may spell half a character, without such halves. */
function storableText(json: string): string {
  return json.slice(0, MOST_RAW_CHARS).toWellFormed()
}
