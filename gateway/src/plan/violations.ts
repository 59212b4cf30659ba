import { PLAN_CODES } from '@waymark/schemas/plan'
import type { Database } from '../db/open.ts'
import { rows, sqlFile, sqlTime } from '../db/query.ts'

/** How often a rule was broken; times are epoch milliseconds. */
export interface ViolationCount {
  readonly source_id: string
  readonly event: string
  readonly code: string
  /** JSON pointer, places in a list as `*`. */
  readonly path: string
  /** Stored all the same. */
  readonly observed: number
  /** Kept as rejected events (by the first of their violations). */
  readonly refused: number
  readonly last_at: number
  readonly message: string
}

export interface ViolationQuery {
  /** Epoch milliseconds, widened to whole hours. */
  readonly from: number
  readonly to: number
  /** '' takes all. */
  readonly source?: string
  readonly event?: string
}

type Params = { from: string; to: string; codes: readonly string[]; source: string; event: string; limit: number }
export const violationsQuery = sqlFile<Params, ViolationCount>('plan_violation_list')

const MOST_ROWS = 500

/** Most first. */
export function countViolations(
  db: Pick<Database, 'reader'>,
  { from, to, source = '', event = '' }: ViolationQuery,
): Promise<ViolationCount[]> {
  return rows(db.reader, violationsQuery, { from: sqlTime(from), to: sqlTime(to), codes: [...PLAN_CODES], source, event, limit: MOST_ROWS })
}
