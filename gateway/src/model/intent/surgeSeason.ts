import type { ClickHouseClient } from '@clickhouse/client'
import type { IntentModel } from '@waymark/schemas/model'
import { insertRows, type Params, rows, sqlDay, sqlFile } from '../../db/query.ts'

const DAY_MS = 86_400_000

interface Season {
  readonly day: string
  readonly s: number
  readonly phi: number
}

export const seasonsQuery = sqlFile<Params, Season>('surge_days')
const storedQuery = sqlFile<Params, Season>('surge_list')

/** Closed days whose seasons may have changed, days since 1970-01-01. */
export interface SeasonSpan {
  readonly from: number
  readonly to: number
  /** Last day that was scored: a season before it that changes makes every account dirty. */
  readonly scoredThrough: number
  readonly run: number
}

/** Parameters of `seasonsQuery`. */
export function seasonParams({ surge, types }: IntentModel): Params {
  const active = Object.entries(types).filter(([, { weight }]) => weight > 0)
  return { recent_weeks: surge.recentWeeks, base_weeks: surge.baseWeeks, active_types: active.map(([type]) => type) }
}

/** Writes the seasons that differ from those stored. `from`: first day whose scores see another season, Infinity for none. */
export async function refreshSeasons(
  client: ClickHouseClient,
  model: IntentModel,
  { from, to, scoredThrough, run }: SeasonSpan,
): Promise<{ from: number; rows: number }> {
  if (from > to) return { from: Number.POSITIVE_INFINITY, rows: 0 }
  const span = { from_day: from, to_day: to }
  const [computed, stored] = await Promise.all([
    rows(client, seasonsQuery, { ...seasonParams(model), ...span }),
    rows(client, storedQuery, span),
  ])
  const known = new Map(stored.map(season => [season.day, season]))
  const changed = computed.filter(({ day, s, phi }) => known.get(day)?.s !== s || known.get(day)?.phi !== phi)
  // The season of a day counts from the next day on.
  const first = changed.reduce((earliest, { day }) => Math.min(earliest, Date.parse(day) / DAY_MS + 1), Number.POSITIVE_INFINITY)
  if (first <= scoredThrough) await insertRows(client, 'dirty_accounts', [{ account_id: '*', from_day: sqlDay(first * DAY_MS), run }])
  await insertRows(client, 'surge_baseline', changed)
  return { from: first, rows: changed.length }
}
