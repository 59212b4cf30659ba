import type { Database } from '../db/open.ts'
import { insertRows, rows, sqlFile, sqlTime } from '../db/query.ts'
import type { ClosedDays } from '../ingest/closedDays.ts'
import type { Loader } from '../ingest/load/loader.ts'
import { inDoubt, type StatsEdges } from '../ingest/stats.ts'
import type { CheckFacts } from './facts.ts'

/** Compares what was received in closed hours with what became of it, again and again, and says when it does not add up. */
export interface Conservation {
  /** Checks, unless the last check is too fresh. Rejects when the warehouse does not answer. */
  check(): Promise<void>
  /** Checks once an hour: costs nothing when asked more often. */
  checkHourly(): Promise<void>
}

export interface ConservationEdges extends Pick<StatsEdges, 'db' | 'spool'> {
  readonly loader: Pick<Loader, 'snapshot'>
  readonly now: () => number
  /** Closed by the way, so that nobody who looks has to wait for it. */
  readonly days?: Pick<ClosedDays, 'close'>
  /** Told of each recorded check; the segments that do not add up are at most ten. */
  readonly onChecked: (check: CheckFacts, segments: readonly string[]) => void
}

type Period = { from: string; to: string; in_doubt: readonly string[] }

export const hoursQuery = sqlFile<Period, { hour: number; received: number; ended: number }>('conservation_hours')
export const segmentsQuery = sqlFile<Period & { hours: readonly number[] }, { segment: string; received: number; ended: number }>(
  'conservation_segments',
)
export const lastCheckQuery = sqlFile<
  Record<string, never>,
  {
    checked_at: number
    from_hour: number
    to_hour: number
    received: number
    difference: number
    segments: number
    first_wrong_hour: number
  }
>('conservation_last')

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Of the hours before the present one; all of them once a day. */
const RECENT_MS = 25 * HOUR_MS
const LEAST_GAP_MS = 60_000
/** At most one part in so many of the time is spent on checking. */
const SHARE = 20
const MOST_TOLD = 10

export function createConservation({ db, spool, loader, now, days, onChecked }: ConservationEdges): Conservation {
  let last: CheckFacts | null = null
  let recordedAt = Number.NEGATIVE_INFINITY
  let fullDay = -1
  let freshUntil = Number.NEGATIVE_INFINITY
  let underWay: Promise<void> | null = null

  /** A trouble found far back stays in view until it is none any more. */
  function beginning(to: number): number {
    if (Math.floor(now() / DAY_MS) !== fullDay) return 0
    const known = last === null || last.difference === 0 ? to : last.firstWrongHour
    return Math.min(known, to - RECENT_MS)
  }

  async function look(from: number, to: number): Promise<{ check: CheckFacts; segments: string[] }> {
    const period = async (): Promise<Period> => ({ from: sqlTime(from), to: sqlTime(to), in_doubt: await inDoubt({ db, spool }) })
    const hours = await rows(db.client, hoursQuery, await period())
    const wrong = hours.filter(({ received, ended }) => received !== ended).map(({ hour }) => hour)
    // What is being loaded meanwhile looks wrong for a moment; only whole segments count, and none is under way during this look.
    const segments = wrong.length === 0 ? [] : await loader.snapshot(async () => wrongSegments(db, await period(), wrong))
    const difference = segments.reduce((sum, { received, ended }) => sum + received - ended, 0)
    const check = {
      checkedAt: now(),
      from: hours[0]?.hour ?? to,
      to,
      received: hours.reduce((sum, { received }) => sum + received, 0),
      difference,
      segments: segments.length,
      firstWrongHour: segments.length === 0 ? 0 : (wrong[0] ?? 0),
    }
    return { check, segments: segments.slice(0, MOST_TOLD).map(({ segment }) => segment) }
  }

  /** One at a time: a look at the whole history, asked for by a run and by the clock at once, would be made twice and recorded twice. */
  function check(): Promise<void> {
    underWay ??= checkNow().finally(() => {
      underWay = null
    })
    return underWay
  }

  async function checkNow(): Promise<void> {
    const startedAt = now()
    if (startedAt < freshUntil) return
    const to = Math.floor(startedAt / HOUR_MS) * HOUR_MS
    await days?.close({ from: 0, to })
    const { check: found, segments } = await look(beginning(to), to)
    fullDay = Math.floor(startedAt / DAY_MS)
    freshUntil = now() + Math.max(LEAST_GAP_MS, SHARE * (now() - startedAt))
    const isNews = last === null || last.difference !== found.difference || last.segments !== found.segments
    last = found
    if (!isNews && startedAt - recordedAt < HOUR_MS) return
    await insertRows(db.client, 'conservation_checks', [rowOf(found)])
    recordedAt = startedAt
    onChecked(found, segments)
  }

  return {
    check,
    checkHourly: async () => (last !== null && Math.floor(now() / HOUR_MS) * HOUR_MS === last.to ? undefined : check()),
  }
}

/** The latest check of whichever process ran it; null before the first. */
export async function lastCheck(db: Pick<Database, 'reader'>, signal?: AbortSignal): Promise<CheckFacts | null> {
  const [row] = await rows(db.reader, lastCheckQuery, {}, signal === undefined ? {} : { signal })
  if (row === undefined) return null
  const { checked_at, from_hour, to_hour, received, difference, segments, first_wrong_hour } = row
  return { checkedAt: checked_at, from: from_hour, to: to_hour, received, difference, segments, firstWrongHour: first_wrong_hour }
}

function wrongSegments(db: Pick<Database, 'client'>, period: Period, wrongHours: readonly number[]) {
  return rows(db.client, segmentsQuery, { ...period, hours: wrongHours.map(hour => hour / 1000) })
}

function rowOf({ checkedAt, from, to, received, difference, segments, firstWrongHour }: CheckFacts): object {
  return {
    checked_at: sqlTime(checkedAt),
    from_hour: sqlTime(from).slice(0, 19),
    to_hour: sqlTime(to).slice(0, 19),
    received,
    difference,
    segments,
    first_wrong_hour: sqlTime(firstWrongHour).slice(0, 19),
  }
}
