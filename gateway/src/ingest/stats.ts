import type { Database } from '../db/open.ts'
import { rows, sqlFile, sqlTime } from '../db/query.ts'
import type { Loader } from './loader.ts'
import type { Spool } from './spool.ts'

/** What became of events: `received = stored + pending + deduplicated + rejected + suppressed`, exactly. */
export interface IngestCounts {
  readonly received: number
  /** Unique events in the warehouse. */
  readonly stored: number
  /** Acknowledged, on our disk, not loaded yet. */
  readonly pending: number
  /** Copies: seen on arrival, or found in the warehouse. */
  readonly deduplicated: number
  readonly rejected: number
  readonly suppressed: number
}

export interface IngestStats extends IngestCounts {
  readonly bySource: Readonly<Record<string, IngestCounts>>
}

/** Bounds on the time of receipt, epoch milliseconds; widened to whole hours UTC. */
export interface StatsPeriod {
  readonly from?: number
  readonly to?: number
}

export interface StatsEdges {
  readonly db: Database
  readonly spool: Spool
  readonly loader: Loader
}

type PeriodParams = { from: string; to: string; in_doubt: readonly string[] }

const countsQuery = sqlFile<
  PeriodParams,
  { source_id: string; received: number; deduplicated: number; rejected: number; suppressed: number }
>('stats_counts')
const eventsQuery = sqlFile<PeriodParams, { source_id: string; copies: number; stored: number }>('stats_events')

const HOUR_MS = 3_600_000
const NOTHING: IngestCounts = { received: 0, stored: 0, pending: 0, deduplicated: 0, rejected: 0, suppressed: 0 }
/** A day on which nothing will be received any more. */
const FAR_MS = Date.UTC(2200, 0, 1)

export function readStats({ db, spool, loader }: StatsEdges, { from = 0, to = FAR_MS }: StatsPeriod = {}): Promise<IngestStats> {
  const period = { from: Math.floor(from / HOUR_MS) * HOUR_MS, to: Math.ceil(to / HOUR_MS) * HOUR_MS }
  return loader.snapshot(async () => {
    const waiting = spool.pending().filter(({ hour }) => hour >= period.from && hour < period.to)
    // What is in the tables of a segment that still waits is told by the spool, not by the tables.
    const in_doubt = spool
      .sealed()
      .filter(segment => segment.isInDoubt())
      .map(segment => segment.uuid)
    const params: PeriodParams = { from: sqlTime(period.from), to: sqlTime(period.to), in_doubt }
    const [counts, events] = await Promise.all([rows(db.client, countsQuery, params), rows(db.client, eventsQuery, params)])

    const parts: (readonly [string, Partial<IngestCounts>])[] = [
      ...counts.map(({ source_id, ...row }) => [source_id, row] as const),
      ...events.map(({ source_id, copies, stored }) => [source_id, { stored, deduplicated: copies - stored }] as const),
      ...waiting.map(({ source_id, received, deduplicated, rejected, suppressed }) => {
        return [
          source_id,
          { received, deduplicated, rejected, suppressed, pending: received - deduplicated - rejected - suppressed },
        ] as const
      }),
    ]
    const bySource: Record<string, IngestCounts> = {}
    for (const [source, part] of parts) bySource[source] = add(bySource[source] ?? NOTHING, part)
    return { ...Object.values(bySource).reduce(add, NOTHING), bySource }
  })
}

function add(sum: IngestCounts, part: Partial<IngestCounts>): IngestCounts {
  return {
    received: sum.received + (part.received ?? 0),
    stored: sum.stored + (part.stored ?? 0),
    pending: sum.pending + (part.pending ?? 0),
    deduplicated: sum.deduplicated + (part.deduplicated ?? 0),
    rejected: sum.rejected + (part.rejected ?? 0),
    suppressed: sum.suppressed + (part.suppressed ?? 0),
  }
}
