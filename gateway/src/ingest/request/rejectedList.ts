import type { Handler } from 'hono'
import type { Database } from '../../db/open.ts'
import { rows, sqlFile, sqlTime } from '../../db/query.ts'
import { refuse } from './refuse.ts'

type Params = { before: string; segment_id: string; segment_index: number; limit: number }

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

/** `GET /v1/rejected?limit=&cursor=`: newest first, `{ data, nextCursor }`. */
export function listRejected(db: Database): Handler {
  return async c => {
    const limit = readLimit(c.req.query('limit'))
    const { at, segmentId, segmentIndex } = readPlace(c.req.query('cursor'))
    const params = { before: sqlTime(at), segment_id: segmentId, segment_index: segmentIndex, limit: limit + 1 }
    const found = await rows(db.reader, rejectedList, params)
    const page = found.slice(0, limit)
    const last = page.at(-1)
    return c.json({ data: page.map(shown), nextCursor: found.length > limit && last !== undefined ? writePlace(last) : null })
  }
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

function readPlace(cursor: string | undefined): Place {
  if (cursor === undefined || cursor === '') return START
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
