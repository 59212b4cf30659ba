import type { Database } from '../db/open.ts'
import { insertRows, rows, sqlFile, sqlTime } from '../db/query.ts'
import type { ClosedDays } from '../ingest/closedDays.ts'
import type { Loader } from '../ingest/load/loader.ts'
import type { StatsEdges } from '../ingest/stats.ts'
import type { CheckFacts } from './facts.ts'
import { createWrongSegments, type WrongSegment } from './wrongSegments.ts'

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
  /** Told of each recorded check. */
  readonly onChecked: (check: CheckFacts) => void
}

export const lastCheckQuery = sqlFile<
  Record<string, never>,
  {
    checked_at: number
    from_hour: number
    to_hour: number
    received: number
    missing: number
    doubled: number
    difference: number
    segments: number
    first_wrong_hour: number
    told: string[]
  }
>('conservation_last')

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Of the hours before the present one, each segment once an hour; all hours, as hours, once a day. */
const RECENT_MS = 25 * HOUR_MS
const LEAST_GAP_MS = 60_000
/** At most one part in so many of the time is spent on checking. */
const SHARE = 20
const MOST_TOLD = 10

export function createConservation({ db, spool, loader, now, days, onChecked }: ConservationEdges): Conservation {
  let last: CheckFacts | null = null
  let recordedAt = Number.NEGATIVE_INFINITY
  let fullDay = -1
  /** Up to where each segment was looked at, and which did not add up then. */
  let placesTo = Number.NEGATIVE_INFINITY
  let suspects: readonly string[] = []
  const wrongSegments = createWrongSegments({ db, spool, loader })
  let freshUntil = Number.NEGATIVE_INFINITY
  let underWay: Promise<void> | null = null

  /** A trouble found far back stays in view until it is none any more. */
  function beginning(to: number): number {
    if (Math.floor(now() / DAY_MS) !== fullDay) return 0
    const known = last === null || last.segments === 0 ? to : last.firstWrongHour
    return Math.min(known, to - RECENT_MS)
  }

  async function look(from: number, to: number): Promise<CheckFacts> {
    const hours = await wrongSegments.hours({ from, to })
    const wrong = hours.filter(({ received, ended }) => received !== ended).map(({ hour }) => hour)
    // An hour in which as many events were lost as doubled looks right; and what was wrong is asked for until it is mended.
    if (to > placesTo)
      suspects = [...new Set([...suspects, ...(await wrongSegments.suspects({ from: Math.max(from, to - RECENT_MS), to }))])]
    placesTo = to
    const segments = wrong.length + suspects.length === 0 ? [] : await wrongSegments.confirm({ from, to }, wrong, suspects)
    suspects = segments.map(({ segment }) => segment)
    const [missing, doubled] = [sum(segments, ({ missing }) => missing), sum(segments, ({ doubled }) => doubled)]
    return {
      checkedAt: now(),
      from: hours[0]?.hour ?? to,
      to,
      received: sum(hours, ({ received }) => received),
      missing,
      doubled,
      difference: missing - doubled,
      segments: segments.length,
      firstWrongHour: segments[0]?.first_hour ?? 0,
      told: segments.slice(0, MOST_TOLD).map(inWords),
    }
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
    const found = await look(beginning(to), to)
    fullDay = Math.floor(startedAt / DAY_MS)
    freshUntil = now() + Math.max(LEAST_GAP_MS, SHARE * (now() - startedAt))
    const isNews = last === null || (['missing', 'doubled', 'segments'] as const).some(count => last?.[count] !== found[count])
    last = found
    if (!isNews && startedAt - recordedAt < HOUR_MS) return
    await insertRows(db.client, 'conservation_checks', [rowOf(found)])
    recordedAt = startedAt
    onChecked(found)
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
  const { checked_at, from_hour, to_hour, first_wrong_hour, ...counts } = row
  return { ...counts, checkedAt: checked_at, from: from_hour, to: to_hour, firstWrongHour: first_wrong_hour }
}

function inWords({ segment, missing, doubled }: WrongSegment): string {
  return `${segment}: ${missing} missing, ${doubled} doubled`
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0)
}

function rowOf({ checkedAt, from, to, firstWrongHour, ...counts }: CheckFacts): object {
  return {
    checked_at: sqlTime(checkedAt),
    from_hour: sqlTime(from).slice(0, 19),
    to_hour: sqlTime(to).slice(0, 19),
    ...counts,
    first_wrong_hour: sqlTime(firstWrongHour).slice(0, 19),
  }
}
