import type { IntentModel } from '@waymark/schemas/model'
import { composeSql } from '../db/composeSql.ts'
import { type Params, type Query, sqlFile, sqlTime } from '../db/query.ts'
import { withScratch } from '../db/scratch.ts'
import { compileTouches } from '../model/intent/touchSql.ts'
import { type Day, dayBatches } from './dayBatches.ts'
import type { Job } from './job.ts'
import { unseenSegments } from './segments.ts'

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
