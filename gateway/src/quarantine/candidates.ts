import type { Database } from '../db/open.ts'
import { rows, sqlFile, sqlTime } from '../db/query.ts'

/** Which rejected events are meant; '' and absent take all. Times are epoch milliseconds of receipt, `to` exclusive. */
export interface RejectedFilter {
  readonly source: string
  readonly code: string
  readonly event: string
  readonly from: number
  readonly to: number
  /** As the list gives them; all when empty. */
  readonly ids: readonly string[]
}

/** A rejected event that may be replayed; times are epoch milliseconds. */
export interface Candidate {
  readonly source_id: string
  readonly received_at: number
  readonly message_id: string
  readonly code: string
  readonly raw: string
  readonly segment_id: string
  readonly segment_index: number
  readonly is_replayed: 0 | 1
}

/** Everything up to a place was looked at. */
export type Place = Pick<Candidate, 'received_at' | 'segment_id' | 'segment_index'>

type Params = {
  from: string
  to: string
  after: string
  segment_id: string
  segment_index: number
  source: string
  code: string
  event: string
  ids: readonly string[]
  limit: number
}
export const candidatesQuery = sqlFile<Params, Candidate>('replay_candidates')

export const START: Place = { received_at: 0, segment_id: '', segment_index: -1 }

export function readCandidates(
  db: Pick<Database, 'client'>,
  { source, code, event, from, to, ids }: RejectedFilter,
  after: Place,
  limit: number,
): Promise<Candidate[]> {
  return rows(db.client, candidatesQuery, {
    from: sqlTime(from),
    to: sqlTime(to),
    after: sqlTime(after.received_at),
    segment_id: after.segment_id,
    segment_index: after.segment_index,
    source,
    code,
    event,
    ids,
    limit,
  })
}
