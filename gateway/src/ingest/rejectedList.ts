import type { Handler } from 'hono'
import type { Database } from '../db/open.ts'
import { rows, sqlFile, sqlTime } from '../db/query.ts'
import { readCursor, writeCursor } from '../read/cursor.ts'
import { pageSize } from '../read/parameters.ts'

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

const ORDER = 'rejected'
const START = { before: Date.UTC(2299, 0, 1), segmentId: 'ffffffff-ffff-ffff-ffff-ffffffffffff', segmentIndex: 0xffffffff }

/** `GET /v1/rejected?limit=&cursor=`: newest first, `{ data, nextCursor }`. */
export function listRejected(db: Database): Handler {
  return async c => {
    const ask = (name: string) => c.req.query(name)
    const limit = pageSize(ask)
    const [before, segmentId, segmentIndex] = readCursor(ORDER, ask('cursor'), [0, '', 0] as [number, string, number]) ?? [
      START.before,
      START.segmentId,
      START.segmentIndex,
    ]
    const found = await rows(db.reader, rejectedList, {
      before: sqlTime(before),
      segment_id: segmentId,
      segment_index: segmentIndex,
      limit: limit + 1,
    })
    const page = found.slice(0, limit)
    const last = page.at(-1)
    const nextCursor =
      found.length > limit && last !== undefined ? writeCursor(ORDER, [last.received_at, last.segment_id, last.segment_index]) : null
    return c.json({ data: page.map(shown), nextCursor })
  }
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
