import type { Database } from '../db/open.ts'
import { rows, sqlFile, sqlTime } from '../db/query.ts'
import type { ClosedDays } from './closedDays.ts'
import { countDays, DAY_MS, type DayCounts, type Hours } from './dayCounts.ts'
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
  /** Kept out because they may not be kept, or erased on request later. */
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
  /** Days that need not be counted again; without it all of a period is counted. */
  readonly days?: ClosedDays
}

export const inDoubtQuery = sqlFile<{ segments: readonly string[]; from: string }, { segment_id: string }>('stats_in_doubt')

/** As many ids as the engine takes in one parameter (128 KiB of text), with room to spare. */
const MOST_IDS = 2000
const HOUR_MS = 3_600_000
const NOTHING: IngestCounts = { received: 0, stored: 0, pending: 0, deduplicated: 0, rejected: 0, suppressed: 0 }
/** A day on which nothing will be received any more. */
const FAR_MS = Date.UTC(2200, 0, 1)

/** A look that is shared; it goes on as long as one of its askers wants it. */
interface Look {
  readonly answer: Promise<IngestStats>
  readonly stop: AbortController
  askers: number
}

/** Tells the statistics of a period. When the signal of each asker is aborted, the look ends, in the engine too. */
export type Stats = (period?: StatsPeriod, signal?: AbortSignal) => Promise<IngestStats>

/** `readStats`, of which one look is shared: who asks while one is under way gets the next, which knows all that was received before. */
export function createStats(edges: StatsEdges): Stats {
  const looks = new Map<string, { readonly now: Look; next: Look | null }>()

  function begin(key: string, period: StatsPeriod, after?: Promise<unknown>): Look {
    const stop = new AbortController()
    const read = () => readStats(edges, period, stop.signal)
    const inTurn = () => {
      stop.signal.throwIfAborted()
      looks.set(key, { now: look, next: null })
      return read()
    }
    const look: Look = { answer: after === undefined ? read() : after.then(inTurn, inTurn), stop, askers: 0 }
    if (after === undefined) looks.set(key, { now: look, next: null })
    const end = () => {
      const current = looks.get(key)
      if (current?.next === null || current?.next === look) looks.delete(key)
    }
    look.answer.then(end, end)
    return look
  }

  return (period = {}, signal) => {
    const { from, to } = hoursOf(period)
    const key = `${from} ${to}`
    const current = looks.get(key)
    if (current === undefined) return join(begin(key, period), signal)
    current.next ??= begin(key, period, current.now.answer)
    return join(current.next, signal)
  }
}

function join(look: Look, signal: AbortSignal | undefined): Promise<IngestStats> {
  look.askers++
  const leave = () => {
    look.askers--
    if (look.askers === 0) look.stop.abort(signal?.reason)
  }
  if (signal?.aborted) leave()
  signal?.addEventListener('abort', leave, { once: true })
  const forget = () => signal?.removeEventListener('abort', leave)
  look.answer.then(forget, forget)
  return look.answer
}

function hoursOf({ from = 0, to = FAR_MS }: StatsPeriod): Hours {
  return { from: Math.floor(from / HOUR_MS) * HOUR_MS, to: Math.ceil(to / HOUR_MS) * HOUR_MS }
}

export async function readStats(
  { db, spool, loader, counters, days }: StatsEdges,
  given: StatsPeriod = {},
  signal?: AbortSignal,
): Promise<IngestStats> {
  const period = hoursOf(given)
  // Before the look: loading goes on beside it.
  await days?.close(period, signal)
  return loader.look(async moving => {
    // In the same turn as the look begins: of every segment either the spool tells all or the tables do.
    const waiting = spool.pending().filter(({ hour }) => hour >= period.from && hour < period.to)
    // What is in the tables of a segment that waited then is told by the spool, not by the tables.
    const told = new Set(waiting.map(({ hour }) => hour - (hour % DAY_MS)))
    const doubted = await inDoubt({ db, spool }, moving)
    const closed = [...((await days?.read(period, signal)) ?? [])].filter(([day]) => !told.has(day))
    const counts: DayCounts[] = closed.flatMap(([, ofDay]) => ofDay)
    for (const hours of between(
      period,
      closed.map(([day]) => day),
    )) {
      counts.push(...(await countDays({ reader: db.reader, inDoubt: doubted, signal }, hours)))
    }
    const parts: (readonly [string, Partial<IngestCounts>])[] = [
      ...counts.map(({ source_id, ...row }) => [source_id, row] as const),
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

/** What is left of a period without these days. */
function between({ from, to }: Hours, days: readonly number[]): Hours[] {
  const left: Hours[] = []
  let begun = from
  for (const day of [...days].sort((one, other) => one - other)) {
    if (day > begun) left.push({ from: begun, to: day })
    begun = day + DAY_MS
  }
  return begun < to ? [...left, { from: begun, to }] : left
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
