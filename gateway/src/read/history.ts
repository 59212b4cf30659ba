import { row, sqlDay, sqlFile } from '../db/query.ts'
import type { AccountEdges } from './accounts.ts'
import type { History } from './shapes.ts'
import { DAY_MS, isoDay } from './times.ts'

type HistoryParams = { readonly account_id: string; readonly model: string; readonly model_version: number; readonly days: number }

interface HistoryRow {
  readonly through: string
  readonly days: readonly (readonly [day: string, score: number, band: string])[]
}

export const historyQuery = sqlFile<HistoryParams, HistoryRow>('account_history')

/** Scores and bands as stored, of each of `days` days through the last scored one. */
export async function readHistory({ db, models }: AccountEdges, accountId: string, days: number): Promise<History> {
  const { id, version } = models.intent
  const found = await row(db.reader, historyQuery, { account_id: accountId, model: id, model_version: version, days })
  if (found.through === '') return { through: null, days: [] }
  const stored = new Map(found.days.map(([day, score, band]) => [day, { score, band }]))
  const last = Date.parse(found.through)
  return {
    through: isoDay(found.through),
    days: Array.from({ length: days }, (_, index) => {
      const day = sqlDay(last - (days - 1 - index) * DAY_MS)
      return { day, ...(stored.get(day) ?? { score: 0, band: 'cold' }) }
    }),
  }
}
