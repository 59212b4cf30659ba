import { sqlTime } from '../db/query.ts'

const DAY_MS = 86_400_000
/** Bounds the memory of one statement after an import. */
const MOST_EVENTS = 100_000
/** Days of one statement travel as a parameter, which may hold 128 KiB. */
const MOST_DAYS = 1000
/** Days without news within a batch are read in vain. */
const MOST_IDLE_DAYS = 31

export interface Day {
  readonly day: string
  /** New ones, and copies of them. */
  readonly events: number
}

/** Parameters of one statement. An event is received after it happened, so its copies are looked for from the day before on. */
export interface DayBatch {
  readonly days: readonly string[]
  readonly first_day: string
  readonly last_day: string
  readonly events_from: string
}

/** Ordered days, cut where a statement would hold too many events or read a month for nothing. */
export function dayBatches(days: readonly Day[]): DayBatch[] {
  const batches: { days: string[]; events: number }[] = []
  for (const { day, events } of days) {
    const open = batches.at(-1)
    const last = open?.days.at(-1)
    const isNear = last !== undefined && Date.parse(day) - Date.parse(last) <= MOST_IDLE_DAYS * DAY_MS
    if (open !== undefined && isNear && open.days.length < MOST_DAYS && open.events + events <= MOST_EVENTS) {
      open.days.push(day)
      open.events += events
    } else batches.push({ days: [day], events })
  }
  return batches.map(batch => {
    const first = batch.days[0] ?? ''
    return {
      days: batch.days,
      first_day: first,
      last_day: batch.days.at(-1) ?? first,
      events_from: sqlTime(Math.max(0, Date.parse(first) - DAY_MS)),
    }
  })
}
