import { rows, sqlDay, sqlFile, sqlTime } from '../db/query.ts'
import { ACCOUNT_COLUMNS, accountFields } from './accountFields.ts'
import { type AccountEdges, type AccountQuery, countAccounts, listAccounts } from './accounts.ts'
import { CSV_START, csvLine } from './csv.ts'
import { personCards } from './people.ts'
import { partOf, type StoredReason } from './score.ts'
import type { AccountSummary } from './shapes.ts'
import { CHANGE_WEEKS } from './trends.ts'

export interface AccountExport {
  /** Pieces of the file. */
  readonly text: AsyncIterable<string>
  /** Rows of a file that does not hold all; null where it does. */
  readonly cutAt: number | null
}

type ReasonParams = {
  readonly account_ids: readonly string[]
  readonly model: string
  readonly model_version: number
  readonly day: string
}
type DeciderParams = { readonly account_ids: readonly string[]; readonly now: string; readonly titles: string; readonly most: number }

interface DeciderRow {
  readonly account_id: string
  readonly deciders: number
  readonly profile_ids: readonly string[]
}

export const reasonListQuery = sqlFile<ReasonParams, { account_id: string; reasons: readonly StoredReason[] }>('account_reason_list')
export const decidersQuery = sqlFile<DeciderParams, DeciderRow>('account_deciders')

/** More than a salesperson's spreadsheet takes, and what bounds one download. */
const MOST_EXPORTED = 100_000
/** Each page orders the list anew, so pages are large; what is known of their accounts is looked up in smaller steps. */
const PAGE = 10_000
const STEP = 2_500
const MOST_DECIDERS = 5

/** Every account that matches, in the query's order; where the list starts and how long its pages are does not matter. */
export async function exportAccounts(edges: AccountEdges, query: AccountQuery, most = MOST_EXPORTED): Promise<AccountExport> {
  const isCut = (await countAccounts(edges, query, most + 1)) > most
  return { cutAt: isCut ? most : null, text: lines(edges, query, most) }
}

async function* lines(edges: AccountEdges, query: AccountQuery, most: number): AsyncGenerator<string> {
  yield CSV_START + csvLine(ACCOUNT_COLUMNS)
  let left = most
  let cursor: string | undefined
  do {
    const page = await listAccounts(edges, { ...query, limit: Math.min(PAGE, left), cursor }, CHANGE_WEEKS)
    for (let start = 0; start < page.data.length; start += STEP) yield await linesOf(edges, page.data.slice(start, start + STEP))
    left -= page.data.length
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined && left > 0)
}

async function linesOf({ db, models, now }: AccountEdges, accounts: readonly AccountSummary[]): Promise<string> {
  const account_ids = accounts.map(({ accountId }) => accountId)
  const { id, version, decisionMakerTitles } = models.intent
  const scoredAt = accounts[0]?.intent.scoredAt ?? null
  const [reasonRows, deciderRows] = await Promise.all([
    scoredAt === null
      ? []
      : rows(db.reader, reasonListQuery, { account_ids, model: id, model_version: version, day: sqlDay(Date.parse(scoredAt)) }),
    rows(db.reader, decidersQuery, { account_ids, now: sqlTime(now()), titles: `(?i)${decisionMakerTitles}`, most: MOST_DECIDERS }),
  ])
  const reasons = new Map(reasonRows.map(row => [row.account_id, row.reasons.map(partOf)]))
  const deciders = new Map(deciderRows.map(row => [row.account_id, row]))
  const cards = await personCards(db, [
    ...[...reasons.values()].flat().map(part => part.profileId),
    ...deciderRows.flatMap(row => row.profile_ids),
  ])
  return accounts
    .map(account => {
      const decide = deciders.get(account.accountId)
      return csvLine(
        accountFields({
          account,
          reasons: (reasons.get(account.accountId) ?? []).map(part => ({ ...part, person: cards.get(part.profileId)?.label ?? null })),
          deciderCount: decide?.deciders ?? 0,
          deciders: (decide?.profile_ids ?? []).flatMap(profileId => cards.get(profileId) ?? []),
        }),
      )
    })
    .join('')
}
