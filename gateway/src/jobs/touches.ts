import type { IntentModel } from '@waymark/schemas/model'
import { composeSql } from '../db/composeSql.ts'
import { type Params, type Query, sqlFile, sqlTime } from '../db/query.ts'
import { withScratch } from '../db/scratch.ts'
import { compileTouches } from '../model/intent/touchSql.ts'
import type { Job } from './job.ts'
import { unseenSegments } from './segments.ts'

const DAY_MS = 86_400_000
/** Bounds the memory of one statement after an import. */
const MOST_EVENTS = 100_000
/** Days of one statement travel as a parameter, which may hold 128 KiB. */
const MOST_DAYS = 1000
/** Days without news within a batch are read in vain. */
const MOST_IDLE_DAYS = 31

interface Day {
  readonly day: string
  /** New ones, and copies of them. */
  readonly events: number
}

const freshQuery = sqlFile<Params, never>('touch_fresh')
const daysQuery = sqlFile<Params, Day>('touch_days')
const nodesQuery = sqlFile<Params, never>('touch_nodes')
const titledPeopleQuery = sqlFile<Params, never>('touch_titled_people')
const MARK = 'INSERT INTO dirty_accounts (account_id, from_day, run)'
const markTitled = composeSql<Params, never>('touch_titled', [], MARK)
const mark = composeSql<Params, never>('touch_mark', [], MARK)
const write = composeSql<Params, never>(
  'touch_write',
  [['touch_rows', null]],
  'INSERT INTO touch_daily (account_hint, node_type, node, type, topic, day, n, first_at, last_at, first_message_id, version, is_deleted)',
)

/** Writes touch_daily for the days on which new events happened, for the people whose devices sent them. */
export const touchesJob: Job = {
  name: 'touches',
  async run({ db, models, run, watermark, loaded, signal }) {
    const window = await unseenSegments(db, watermark, loaded)
    if (window === null) return { rows: 0, watermark }
    const seen = seenQuery(models.intent)
    const bounds = {
      ...seen.params,
      run,
      loaded_from: sqlTime(window.loadedFrom),
      loaded_to: sqlTime(window.loadedTo),
      received_from: sqlTime(window.receivedFrom),
      received_to: sqlTime(window.receivedTo),
    }
    const written = await withScratch(db.client, signal, async scratch => {
      if ((await scratch.keep(titledPeopleQuery, bounds)) > 0) await scratch.execute(markTitled, bounds)
      await scratch.keep(freshQuery, bounds)
      let rows = 0
      for (const batch of dayBatches(await scratch.rows(daysQuery, {}))) {
        const scope = { ...bounds, ...batch }
        await scratch.keep(nodesQuery, scope)
        await scratch.keep(seen.query, scope)
        await scratch.execute(mark, scope)
        rows += await scratch.execute(write, scope)
      }
      return rows
    })
    return { rows: written, watermark: window.next }
  },
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

function seenQuery({ derive }: IntentModel): { query: Query<Params, never>; params: Params } {
  const named = compileTouches(derive)
  return {
    query: composeSql('touch_seen', [
      ['touch_events', null],
      ['touch_named', named.sql],
      ['touch_visits', null],
    ]),
    params: { ...named.params, gap_minutes: derive.sessionGapMinutes },
  }
}
