import type { Handler } from 'hono'
import type { Database } from '../../db/open.ts'
import { rows, sqlFile, sqlTime } from '../../db/query.ts'
import { refuse } from './refuse.ts'

type Params = {
  since: string
  before: string
  segment_id: string
  segment_index: number
  source: string
  code: string
  event: string
  limit: number
}

/** A row of `rejected_list.sql`; times are epoch milliseconds. */
interface ListedRejection {
  readonly source_id: string
  readonly received_at: number
  readonly index: number
  readonly message_id: string
  readonly code: string
  readonly path: string
  readonly message: string
  readonly raw: string
  readonly event: string
  readonly segment_id: string
  readonly segment_index: number
  readonly is_replayed: 0 | 1
}

export const rejectedList = sqlFile<Params, ListedRejection>('rejected_list')

/** The place of a row in the list: everything after it is older. */
interface Place {
  readonly at: number
  readonly segmentId: string
  readonly segmentIndex: number
}

const START: Place = { at: Date.UTC(2200, 0, 1), segmentId: 'ffffffff-ffff-ffff-ffff-ffffffffffff', segmentIndex: 0xffffffff }
const USUAL_ROWS = 50
const MOST_ROWS = 200

/** What of the list is wanted; '' takes every source and code, and starts at the newest. */
export interface RejectedQuery {
  readonly source: string
  readonly code: string
  /** Name of a track event, type of any other. */
  readonly event?: string
  /** Received in this span, epoch milliseconds; `to` exclusive. */
  readonly from?: number
  readonly to?: number
  readonly limit: number
  readonly cursor: string
}

/** A rejected event as people and programs see it. */
export type RejectedEvent = ReturnType<typeof shown>

export interface RejectedPage {
  readonly data: readonly RejectedEvent[]
  readonly nextCursor: string | null
}

/** A page of what was rejected, newest first. 400 for a cursor that is none. */
export async function readRejected(db: Database, query: RejectedQuery): Promise<RejectedPage> {
  const { source, code, event = '', from = 0, to = START.at, limit, cursor } = query
  const { at, segmentId, segmentIndex } = cursor === '' ? { ...START, at: to - 1 } : readPlace(cursor)
  const place = { since: sqlTime(from), before: sqlTime(at), segment_id: segmentId, segment_index: segmentIndex }
  const params = { ...place, source, code, event, limit: limit + 1 }
  const found = await rows(db.reader, rejectedList, params)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return { data: page.map(shown), nextCursor: found.length > limit && last !== undefined ? writePlace(last) : null }
}

/** `GET /v1/rejected?source=&code=&event=&from=&to=&limit=&cursor=`: newest first, `{ data, nextCursor }`. */
export function listRejected(db: Database): Handler {
  return async c => {
    const { source = '', code = '', event = '', from, to, limit, cursor = '' } = c.req.query()
    const span = { from: readTime('from', from) ?? 0, to: readTime('to', to) ?? START.at }
    return c.json(await readRejected(db, { source, code, event, ...span, limit: readLimit(limit), cursor }))
  }
}

/** Epoch milliseconds of an ISO time; null where none is given. */
export function readTime(name: string, text: string | undefined): number | null {
  if (text === undefined || text === '') return null
  const at = Date.parse(text)
  if (at >= 0 && at <= START.at) return at
  throw refuse(400, 'bad_parameter', `Parameter “${name}” must be an ISO 8601 time, e.g. 2026-03-01T00:00:00Z.`)
}

/** A row of `rejected_counts.sql`: how often a source was refused with a code, and the newest of those; times are epoch milliseconds. */
export interface RejectedCount {
  readonly source_id: string
  readonly code: string
  readonly n: number
  readonly last_at: number
  readonly message: string
}

export const rejectedCounts = sqlFile<{ since: string }, RejectedCount>('rejected_counts')

export function countRejected(db: Database, since: number): Promise<RejectedCount[]> {
  return rows(db.reader, rejectedCounts, { since: sqlTime(since) })
}

function readLimit(text: string | undefined): number {
  if (text === undefined || text === '') return USUAL_ROWS
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > MOST_ROWS) throw refuse(400, 'bad_parameter', `Parameter “limit” must be a whole number from 1 to ${MOST_ROWS}.`)
  return limit
}

function writePlace({ received_at, segment_id, segment_index }: ListedRejection): string {
  return Buffer.from(`${received_at} ${segment_id} ${segment_index}`).toString('base64url')
}

function readPlace(cursor: string): Place {
  if (cursor === '') return START
  const [, at, segmentId, segmentIndex] =
    /^(\d{1,13}) ([0-9a-f-]{36}) (\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? []
  if (segmentId === undefined || Number(segmentIndex) > START.segmentIndex || Number(at) > START.at) {
    throw refuse(
      400,
      'bad_parameter',
      'Parameter “cursor” is not one that this list gave out. Take “nextCursor” of the page before, or leave it out to start.',
    )
  }
  return { at: Number(at), segmentId, segmentIndex: Number(segmentIndex) }
}

function shown(row: ListedRejection) {
  const { source_id, received_at, index, message_id, code, path, message, raw, event, segment_id, segment_index, is_replayed } = row
  return {
    /** What a replay of this very event names. */
    id: `${segment_id}:${segment_index}`,
    source: source_id,
    receivedAt: new Date(received_at).toISOString(),
    index,
    messageId: message_id === '' ? null : message_id,
    code,
    path,
    message,
    event,
    raw,
    isReplayed: is_replayed === 1,
  }
}
