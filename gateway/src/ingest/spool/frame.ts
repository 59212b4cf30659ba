import type { CountRow, EventRow, RejectedRow } from '@waymark/schemas/row'

/** What one request leaves behind, made durable as a whole: the events to store, the rejected ones, and the counts of all of them. */
export interface Frame {
  readonly events: readonly EventRow[]
  readonly rejected: readonly RejectedRow[]
  /** One row per source and hour; there also when every event was a duplicate. */
  readonly counts: readonly CountRow[]
}
