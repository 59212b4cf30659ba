import { composeSql } from '../db/composeSql.ts'
import type { Database } from '../db/open.ts'
import { row, rows, sqlFile, sqlTime } from '../db/query.ts'
import type { Models } from '../model/models.ts'
import { isCursorOf, readCursor, writeCursor } from './cursor.ts'
import type { AccountSummary, Page } from './shapes.ts'
import { iso, isoDay } from './times.ts'
import { readTrends, TREND_WEEKS, type Trend, UNSCORED } from './trends.ts'

/** Orders of the account list; a leading `-` is from high to low. */
export const ACCOUNT_SORTS = [
  '-score',
  'score',
  '-change',
  'change',
  'name',
  '-name',
  '-people',
  'people',
  '-lastTouchAt',
  'lastTouchAt',
  '-since',
  'since',
] as const
export type AccountSort = (typeof ACCOUNT_SORTS)[number]
export const STATUSES = ['active', 'dormant', 'returned', 'churned'] as const

export interface AccountQuery {
  readonly stage: string
  readonly status: string
  readonly band: string
  /** Part of a name or of a key. */
  readonly q: string
  readonly sort: AccountSort
  readonly limit: number
  readonly cursor: string | undefined
}

export interface AccountEdges {
  readonly db: Database
  readonly models: Models
  readonly now: () => number
}

type ListParams = {
  readonly model: string
  readonly model_version: number
  readonly journey: string
  readonly now: string
  readonly stage: string
  readonly status: string
  readonly band: string
  readonly q: string
  readonly by: string
  readonly is_descending: number
  readonly after_number: number
  readonly after_text: string
  readonly after_id: string
  readonly is_backwards: number
  /** One account id, or '' for all. */
  readonly only: string
  readonly limit: number
}

interface ListRow {
  readonly account_id: string
  readonly name: string
  readonly domain: string
  readonly label: string
  readonly scored_on: string
  readonly score: number
  readonly points: number
  readonly band: string
  readonly surge_index: number | null
  readonly people: number
  readonly last_touch_at: number
  readonly stage: string
  readonly status: string
  readonly since: number
  readonly status_since: number
  readonly number_key: number
  readonly text_key: string
}

export const accountListQuery = sqlFile<ListParams, ListRow>('account_list')
export const accountCountQuery = composeSql<ListParams, { accounts: number }>('account_count', [['account_list', null]])

type Filter = Pick<
  ListParams,
  | 'stage'
  | 'status'
  | 'band'
  | 'q'
  | 'by'
  | 'is_descending'
  | 'after_number'
  | 'after_text'
  | 'after_id'
  | 'is_backwards'
  | 'only'
  | 'limit'
>
const ALL: Filter = {
  stage: '',
  status: '',
  band: '',
  q: '',
  by: 'score',
  is_descending: 1,
  after_number: 0,
  after_text: '',
  after_id: '',
  is_backwards: 0,
  only: '',
  limit: 1,
}

/** A page of accounts, with the way back. */
export interface AccountPage extends Page<AccountSummary> {
  /** Leads to the page before; null on the first, and left out where nobody goes back. */
  readonly previousCursor?: string | null
  /** Where it stands among all that match; only when asked for. */
  readonly place?: AccountPlace
}

export interface AccountPlace {
  /** Accounts that match: so many at least, when `isAtLeast`. */
  readonly total: number
  readonly isAtLeast: boolean
  /** Number of the page's first account, from 1; null when it is too far down to be counted. */
  readonly first: number | null
}

/** Accounts counted at most: the cost of a page is bounded by it. */
const MOST_COUNTED = 100_000

/** One page of accounts. The place in the list is a key, not an offset, so rows that move do not shift the pages behind it. */
export async function listAccounts(edges: AccountEdges, query: AccountQuery, weeks = TREND_WEEKS): Promise<AccountPage> {
  const list = `accounts ${query.sort}`
  const isBackwards = isCursorOf(backwards(list), query.cursor)
  const at = readCursor(isBackwards ? backwards(list) : list, query.cursor, EXAMPLE)
  const params = { ...filterOf(query), ...after(at), is_backwards: isBackwards ? 1 : 0, limit: query.limit + 1 }
  const found = await rows(edges.db.reader, accountListQuery, listParams(edges, params))
  const isMore = found.length > query.limit
  // So near the beginning that the page would not be full: that is the first page.
  if (isBackwards && !isMore) return listAccounts(edges, { ...query, cursor: undefined }, weeks)
  const page = isBackwards ? found.slice(0, query.limit).reverse() : found.slice(0, query.limit)
  const [first, last] = [page[0], page.at(-1)]
  return {
    data: await withTrends(edges, page, weeks),
    nextCursor: last !== undefined && (isMore || isBackwards) ? writeCursor(list, keyOf(last)) : null,
    previousCursor: first !== undefined && at !== undefined ? writeCursor(backwards(list), keyOf(first)) : null,
  }
}

/** `listAccounts`, and where in all that match the page stands. */
export async function listAccountsPlaced(edges: AccountEdges, query: AccountQuery, most = MOST_COUNTED): Promise<AccountPage> {
  const [page, total] = await Promise.all([listAccounts(edges, query), countAccounts(edges, query, most)])
  return { ...page, place: { total, isAtLeast: total >= most, first: await firstOf(edges, query, page, total, most) } }
}

async function firstOf(edges: AccountEdges, query: AccountQuery, page: AccountPage, total: number, most: number): Promise<number | null> {
  if (page.previousCursor === null || page.previousCursor === undefined) return 1
  if (total >= most) return null
  const key = readCursor(backwards(`accounts ${query.sort}`), page.previousCursor, EXAMPLE)
  const params = listParams(edges, { ...filterOf(query), ...after(key), limit: most })
  // An account may have come or gone between the two counts.
  return Math.max(1, total - (await row(edges.db.reader, accountCountQuery, params)).accounts)
}

const EXAMPLE: readonly [number, string, string] = [0, '', '']

function backwards(list: string): string {
  return `${list} backwards`
}

function keyOf({ number_key, text_key, account_id }: ListRow): readonly [number, string, string] {
  return [number_key, text_key, account_id]
}

function after([after_number, after_text, after_id] = EXAMPLE): Pick<Filter, 'after_number' | 'after_text' | 'after_id'> {
  return { after_number, after_text, after_id }
}

/** One account by its internal id. */
export async function readSummary(edges: AccountEdges, accountId: string): Promise<AccountSummary | null> {
  const found = await rows(edges.db.reader, accountListQuery, listParams(edges, { ...ALL, only: accountId }))
  const [summary] = await withTrends(edges, found, TREND_WEEKS)
  return summary ?? null
}

/** How many accounts match, but no more than `most`. */
export async function countAccounts(edges: AccountEdges, query: AccountQuery, most: number): Promise<number> {
  const params = listParams(edges, { ...filterOf(query), by: '', limit: most })
  return (await row(edges.db.reader, accountCountQuery, params)).accounts
}

function filterOf({ stage, status, band, q, sort }: AccountQuery): Filter {
  return { ...ALL, stage, status, band, q, by: sort.replace('-', ''), is_descending: sort.startsWith('-') ? 1 : 0 }
}

function listParams({ models, now }: AccountEdges, filter: Filter): ListParams {
  return { model: models.intent.id, model_version: models.intent.version, journey: mainJourney(models), now: sqlTime(now()), ...filter }
}

/** All rows of one query have the same scored day. */
async function withTrends(edges: AccountEdges, found: readonly ListRow[], weeks: number): Promise<AccountSummary[]> {
  const ids = found.map(({ account_id }) => account_id)
  const trends = await readTrends(edges, ids, found[0]?.scored_on ?? '', weeks)
  return found.map(listed => toSummary(listed, edges.models, trends.get(listed.account_id) ?? UNSCORED))
}

/** The journey that accounts are shown on: `journey5` where it is active, else the first one; '' without any. */
export function mainJourney({ journeys }: { readonly journeys: readonly { readonly id: string }[] }): string {
  return (journeys.find(({ id }) => id === 'journey5') ?? journeys[0])?.id ?? ''
}

function toSummary(row: ListRow, models: Models, trend: Trend): AccountSummary {
  const isScored = row.scored_on !== ''
  return {
    accountId: row.account_id,
    name: row.name === '' ? null : row.name,
    domain: row.domain === '' ? null : row.domain,
    label: row.label,
    intent: {
      // An account without a row on a scored day has no touch that counts: 0 by the formula, not by guess.
      score: isScored ? row.score : null,
      points: isScored ? row.points : null,
      band: isScored ? row.band : null,
      change7d: trend.change7d,
      weekly: trend.weekly,
      grade: null,
      confidence: null,
      surge: row.surge_index,
      percentile: null,
      scoredAt: isoDay(row.scored_on === '' ? null : row.scored_on),
      modelVersion: models.intent.version,
    },
    journey: {
      model: mainJourney(models),
      stage: row.stage === '' ? null : row.stage,
      since: iso(row.since),
      status: row.status === '' ? null : row.status,
      statusSince: iso(row.status_since),
    },
    people: row.people,
    lastTouchAt: iso(row.last_touch_at),
  }
}
