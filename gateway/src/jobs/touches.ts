import type { IntentModel } from '@waymark/schemas/model'
import { composeSql, type Part } from '../db/composeSql.ts'
import { execute, type Params, type Query, rows, sqlFile, sqlTime } from '../db/query.ts'
import { compileTouches } from '../model/intent/touchSql.ts'
import type { Job } from './job.ts'
import { unseenSegments } from './segments.ts'

const DAY_MS = 86_400_000
/** Bounds the memory of one statement after an import of years. */
const MOST_DAYS = 31

const daysQuery = sqlFile<Params, { day: string }>('touch_days')

/** Writes touch_daily for the days on which new events happened, for the people whose devices sent them. */
export const touchesJob: Job = {
  name: 'touches',
  async run({ db, models, run, watermark, signal }) {
    const window = await unseenSegments(db, watermark)
    if (window === null) return { rows: 0, watermark }
    const { write, mark, params } = statements(models.intent)
    const bounds = {
      ...params,
      run,
      loaded_from: sqlTime(window.loadedFrom),
      loaded_to: sqlTime(window.loadedTo),
      received_from: sqlTime(window.receivedFrom),
      received_to: sqlTime(window.receivedTo),
    }
    const days = await rows(db.client, daysQuery, bounds, { signal })
    let written = 0
    for (const batch of dayBatches(days.map(({ day }) => day))) {
      const scope = { ...bounds, ...batch }
      await execute(db.client, mark, scope, { signal })
      written += await execute(db.client, write, scope, { signal })
    }
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

/** Ordered days, cut where a statement would span more than a month. */
export function dayBatches(days: readonly string[]): DayBatch[] {
  const batches: string[][] = []
  for (const day of days) {
    const open = batches.at(-1)
    const first = open?.[0]
    if (open === undefined || first === undefined || Date.parse(day) - Date.parse(first) >= MOST_DAYS * DAY_MS) batches.push([day])
    else open.push(day)
  }
  return batches.map(batch => {
    const first = batch[0] ?? ''
    return { days: batch, first_day: first, last_day: batch.at(-1) ?? first, events_from: sqlTime(Math.max(0, Date.parse(first) - DAY_MS)) }
  })
}

const COLUMNS = '(account_hint, node_type, node, type, topic, day, n, first_at, last_at, first_message_id, version, is_deleted)'

function statements({ derive }: IntentModel): { write: Query<Params, never>; mark: Query<Params, never>; params: Params } {
  const named = compileTouches(derive)
  const events: Part[] = [
    ['touch_devices', null],
    ['touch_nodes', null],
    ['touch_events', null],
  ]
  return {
    write: composeSql(
      'touch_write',
      [...events, ['touch_named', named.sql], ['touch_visits', null], ['touch_rows', null]],
      `INSERT INTO touch_daily ${COLUMNS}`,
    ),
    mark: composeSql(
      'touch_mark',
      [...events, ['touch_titled_people', null], ['touch_titled', null]],
      'INSERT INTO dirty_accounts (account_id, from_day, run)',
    ),
    params: { ...named.params, gap_minutes: derive.sessionGapMinutes },
  }
}
