import type { Handler } from 'hono'
import type { Database } from '../../db/open.ts'
import { rows, sqlFile, sqlTime } from '../../db/query.ts'
import { refuse } from './refuse.ts'

type Params = { before: string; segment_id: string; segment_index: number; source: string; code: string; limit: number }

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
  readonly segment_id: string
  readonly segment_index: number
}

export const rejectedList = sqlFile<Params, ListedRejection>('rejected_list')

/** The place of a row in the list: everything after it is older. */
interface Place {
  readonly at: number
  readonly segmentId: string
  readonly segmentIndex: number
}

const START: Place = { at: Date.UTC(2299, 0, 1), segmentId: 'ffffffff-ffff-ffff-ffff-ffffffffffff', segmentIndex: 0xffffffff }
const USUAL_ROWS = 50
const MOST_ROWS = 200

/** What of the list is wanted; '' takes every source and code, and starts at the newest. */
export interface RejectedQuery {
  readonly source: string
  readonly code: string
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
export async function readRejected(db: Database, { source, code, limit, cursor }: RejectedQuery): Promise<RejectedPage> {
  const { at, segmentId, segmentIndex } = readPlace(cursor)
  const params = { before: sqlTime(at), segment_id: segmentId, segment_index: segmentIndex, source, code, limit: limit + 1 }
  const found = await rows(db.reader, rejectedList, params)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return { data: page.map(shown), nextCursor: found.length > limit && last !== undefined ? writePlace(last) : null }
}

/** `GET /v1/rejected?source=&code=&limit=&cursor=`: newest first, `{ data, nextCursor }`. */
export function listRejected(db: Database): Handler {
  return async c => {
    const { source = '', code = '', limit, cursor = '' } = c.req.query()
    return c.json(await readRejected(db, { source, code, limit: readLimit(limit), cursor }))
  }
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

function shown({ source_id, received_at, index, message_id, code, path, message, raw }: ListedRejection) {
  return {
    source: source_id,
    receivedAt: new Date(received_at).toISOString(),
    index,
    messageId: message_id === '' ? null : message_id,
    code,
    path,
    message,
    raw,
  }
}
