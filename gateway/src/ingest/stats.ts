import type { Database } from '../db/open.ts'
import { rows, sqlFile, sqlTime } from '../db/query.ts'
import type { Loader } from './load/loader.ts'
import type { IngestCounters } from './request/counters.ts'
import type { SealedSegment } from './spool/sealed.ts'
import type { Spool } from './spool/spool.ts'

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
  /** Requests since this process started, whatever the period: those with an unknown key or an unreadable body are in no count above. */
  readonly requests?: Readonly<IngestCounters>
}

/** Bounds on the time of receipt, epoch milliseconds; widened to whole hours UTC. */
export interface StatsPeriod {
  readonly from?: number
  readonly to?: number
}

export interface StatsEdges {
  readonly db: Database
  readonly spool: Pick<Spool, 'pending' | 'sealed'>
  readonly loader: Pick<Loader, 'look'>
  readonly counters?: Readonly<IngestCounters>
}

type PeriodParams = { from: string; to: string; in_doubt: readonly string[] }

export const countsQuery = sqlFile<
  PeriodParams,
  { source_id: string; received: number; deduplicated: number; rejected: number; suppressed: number }
>('stats_counts')
export const eventsQuery = sqlFile<PeriodParams, { source_id: string; copies: number; stored: number }>('stats_events')

export const inDoubtQuery = sqlFile<{ segments: readonly string[]; from: string }, { segment_id: string }>('stats_in_doubt')

/** As many ids as the engine takes in one parameter (128 KiB of text), with room to spare. */
const MOST_IDS = 2000
const HOUR_MS = 3_600_000
const NOTHING: IngestCounts = { received: 0, stored: 0, pending: 0, deduplicated: 0, rejected: 0, suppressed: 0 }
/** A day on which nothing will be received any more. */
const FAR_MS = Date.UTC(2200, 0, 1)

/** `readStats`, of which one look is shared: who asks while one is under way gets the next, which knows all that was received before. */
export function createStats(edges: StatsEdges): (period?: StatsPeriod) => Promise<IngestStats> {
  const looks = new Map<string, { readonly now: Promise<IngestStats>; next: Promise<IngestStats> | null }>()

  function begin(key: string, period: StatsPeriod): Promise<IngestStats> {
    const look = { now: readStats(edges, period), next: null as Promise<IngestStats> | null }
    looks.set(key, look)
    const end = () => void (look.next === null ? looks.delete(key) : undefined)
    look.now.then(end, end)
    return look.now
  }

  return (period = {}) => {
    const { from, to } = hoursOf(period)
    const key = `${from} ${to}`
    const look = looks.get(key)
    if (look === undefined) return begin(key, period)
    const again = () => begin(key, period)
    look.next ??= look.now.then(again, again)
    return look.next
  }
}

function hoursOf({ from = 0, to = FAR_MS }: StatsPeriod): Required<StatsPeriod> {
  return { from: Math.floor(from / HOUR_MS) * HOUR_MS, to: Math.ceil(to / HOUR_MS) * HOUR_MS }
}

export function readStats({ db, spool, loader, counters }: StatsEdges, given: StatsPeriod = {}): Promise<IngestStats> {
  const period = hoursOf(given)
  return loader.look(async moving => {
    // In the same turn as the look begins: of every segment either the spool tells all or the tables do.
    const waiting = spool.pending().filter(({ hour }) => hour >= period.from && hour < period.to)
    // What is in the tables of a segment that waited then is told by the spool, not by the tables.
    const in_doubt = await inDoubt({ db, spool }, moving)
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
    const bySource = new Map<string, IngestCounts>()
    for (const [source, part] of parts) bySource.set(source, add(bySource.get(source) ?? NOTHING, part))
    return {
      ...[...bySource.values()].reduce(add, NOTHING),
      bySource: Object.fromEntries(bySource),
      ...(counters === undefined ? {} : { requests: { ...counters } }),
    }
  })
}

/**
 * Segments on our disk of which rows could be in the tables, and those that may be `moving` there meanwhile; when the former are very many,
 * only those of which rows are.
 */
export async function inDoubt({ db, spool }: Pick<StatsEdges, 'db' | 'spool'>, moving: readonly SealedSegment[] = []): Promise<string[]> {
  const doubted = spool.sealed().filter(segment => segment.isInDoubt() && !moving.includes(segment))
  const ids = doubted.map(segment => segment.uuid)
  const movingIds = moving.map(segment => segment.uuid)
  if (ids.length + movingIds.length <= MOST_IDS) return [...movingIds, ...ids]
  const from = sqlTime(doubted.flatMap(segment => segment.counts).reduce((earliest, { hour }) => Math.min(earliest, hour), FAR_MS))
  const found = movingIds
  for (let start = 0; start < ids.length; start += MOST_IDS) {
    const segments = ids.slice(start, start + MOST_IDS)
    found.push(...(await rows(db.client, inDoubtQuery, { segments, from })).map(row => row.segment_id))
  }
  return found
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
