import type { CountRow } from '@waymark/schemas/row'
import type { Line } from '../../spool/framePayload.ts'
import type { Refusal } from '../blame.ts'

/** The rows of a segment, as they go to the engine. Can be sent from one thread to another. */
export interface SegmentRows {
  /** Lines of the events, each with its line feed, in the order of their indexes. */
  readonly bytes: Uint8Array
  /** Where runs of consecutive indexes stand in them: one, unless damage or an event without a row left a gap. */
  readonly stretches: readonly Stretch[]
  /** Events of which no row could be made, with a line that tells what is known of each. */
  readonly unmade: readonly Refusal[]
  readonly rejected: readonly Line[]
  readonly counts: readonly CountRow[]
  /** Earliest and latest receipt of an event, epoch milliseconds; null without events. */
  readonly span: readonly [first: number, last: number] | null
}

export interface Stretch {
  /** Index of its first event. */
  readonly first: number
  readonly count: number
  readonly start: number
  readonly end: number
}

/** Events that a segment holds, also those without a row. */
export function eventCount({ stretches, unmade }: SegmentRows): number {
  return stretches.reduce((sum, { count }) => sum + count, unmade.length)
}

/** The lines one by one, for the few segments of which not all goes in as it is. */
export function eventLines({ bytes, stretches }: SegmentRows): Line[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return stretches.flatMap(({ first, count, start, end }) => {
    const lines = text.toString('utf8', start, end).split('\n')
    return lines.slice(0, count).map((json, place) => ({ index: first + place, json }))
  })
}
