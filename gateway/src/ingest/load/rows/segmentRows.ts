import type { CountRow } from '@waymark/schemas/row'
import type { Line } from '../../spool/framePayload.ts'
import type { Refusal } from '../blame.ts'
import { eventLine } from './eventLine.ts'
import { readBlock } from './readBlock.ts'

/** The rows of a segment, as they go to the engine. Can be sent from one thread to another. */
export interface SegmentRows {
  /** Columns of the events, in the order of their indexes, as `EventBlock` writes them. */
  readonly block: Uint8Array
  /** Runs of consecutive indexes in it: one, unless damage or an event without a row left a gap. */
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
}

/** Rows in the block of a segment. */
export function rowCount({ stretches }: Pick<SegmentRows, 'stretches'>): number {
  return stretches.reduce((sum, { count }) => sum + count, 0)
}

/** Events that a segment holds, also those without a row. */
export function eventCount(rows: SegmentRows): number {
  return rowCount(rows) + rows.unmade.length
}

/** The rows as lines, for the few segments of which not all goes in as it is. */
export function eventLines({ block, stretches }: SegmentRows): Line[] {
  const indexes = stretches.flatMap(({ first, count }) => Array.from({ length: count }, (_, place) => first + place))
  return readBlock(block, indexes.length).map((values, place) => ({ index: indexes[place] ?? 0, json: eventLine(values) }))
}
