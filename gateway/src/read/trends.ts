import { rows, sqlDay, sqlFile } from '../db/query.ts'
import type { AccountEdges } from './accounts.ts'
import { inBatches } from './batches.ts'
import { DAY_MS } from './times.ts'

/** How an account's score went. */
export interface Trend {
  /** Score at the end of each week, oldest first, the last scored day last. */
  readonly weekly: readonly number[]
  /** Score now less that of a week before. */
  readonly change7d: number | null
}

type TrendParams = {
  readonly account_ids: readonly string[]
  readonly model: string
  readonly model_version: number
  readonly days: readonly string[]
}

interface TrendRow {
  readonly account_id: string
  readonly days: readonly string[]
  readonly scores: readonly number[]
}

export const trendsQuery = sqlFile<TrendParams, TrendRow>('account_trends')

/** Weeks of the small line in a list. */
export const TREND_WEEKS = 12
/** What the change of a week needs: fewer days, and so seldom more than one month of rows. */
export const CHANGE_WEEKS = 2
export const UNSCORED: Trend = { weekly: [], change7d: null }

/** Trends of these accounts as of the scored day `scoredOn` (`YYYY-MM-DD`); none for ''. Reads only the rows of these accounts. */
export async function readTrends(
  { db, models }: Pick<AccountEdges, 'db' | 'models'>,
  accountIds: readonly string[],
  scoredOn: string,
  weeks: number,
): Promise<Map<string, Trend>> {
  if (scoredOn === '' || accountIds.length === 0) return new Map()
  const last = Date.parse(scoredOn)
  const days = Array.from({ length: weeks }, (_, week) => sqlDay(last - (weeks - 1 - week) * 7 * DAY_MS))
  const { id, version } = models.intent
  const found: TrendRow[] = []
  for (const account_ids of inBatches(accountIds))
    found.push(...(await rows(db.reader, trendsQuery, { account_ids, model: id, model_version: version, days })))
  const stored = new Map(found.map(row => [row.account_id, new Map(row.days.map((day, index) => [day, row.scores[index] ?? 0]))]))
  return new Map(
    accountIds.map(accountId => {
      const weekly = days.map(day => stored.get(accountId)?.get(day) ?? 0)
      return [accountId, { weekly, change7d: (weekly.at(-1) ?? 0) - (weekly.at(-2) ?? 0) }]
    }),
  )
}
