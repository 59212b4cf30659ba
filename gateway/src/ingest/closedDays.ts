import type { Database } from '../db/open.ts'
import { insertRows, rows, sqlDay, sqlFile, sqlTime } from '../db/query.ts'
import { COPIES_MS, countDays, DAY_MS, type DayCounts, dayOf, type Hours } from './dayCounts.ts'
import type { Spool } from './spool/spool.ts'

/**
 * Counts of days that are over, kept so that nobody has to count a long history again. A kept day is believed only while the account of it
 * and of the days in which its first copies lie has as many entries as when it was counted: a late segment or an erasure makes it count anew.
 */
export interface ClosedDays {
  /** The days of a period whose counts are known and hold, each with its sources. */
  read(hours: Hours, signal?: AbortSignal): Promise<ReadonlyMap<number, readonly DayCounts[]>>
  /** Counts the days of a period that are over and not known, a few at a time; what is cut short is gone on with by the next. */
  close(hours: Hours, signal?: AbortSignal): Promise<void>
}

export interface ClosedDaysEdges {
  readonly db: Pick<Database, 'client' | 'reader'>
  readonly spool: Pick<Spool, 'pending'>
  readonly now: () => number
}

type Period = { from: string; to: string }
export const entriesQuery = sqlFile<Period, { day: number; entries: number }>('stats_entries')
export const daysQuery = sqlFile<Period, DayCounts & { entries: number; version: number }>('stats_days')

/** Days counted before they are written down. */
const DAYS_AT_ONCE = 7
/** A day that does not add up is tried again when something is added to its account, and after so long. */
const TRY_AGAIN_MS = 3_600_000

export function createClosedDays({ db, spool, now }: ClosedDaysEdges): ClosedDays {
  const failed = new Map<number, { readonly entries: number; readonly at: number }>()

  function hasFailed(day: number, entries: number): boolean {
    const last = failed.get(day)
    return last !== undefined && last.entries === entries && now() - last.at < TRY_AGAIN_MS
  }

  /** Entries of each day's account; at a day, those that its counts rest on. */
  async function entriesOf({ from, to }: Hours, signal?: AbortSignal): Promise<{ first: number | null; at: (day: number) => number }> {
    const period = { from: sqlTime(Math.max(0, from - COPIES_MS)), to: sqlTime(to) }
    const found = await rows(db.reader, entriesQuery, period, optionsOf(signal))
    const byDay = new Map(found.map(({ day, entries }) => [day, entries]))
    const at = (day: number) => {
      let sum = 0
      for (let back = day - COPIES_MS; back <= day; back += DAY_MS) sum += byDay.get(back) ?? 0
      return sum
    }
    return { first: found.find(({ day }) => day >= from)?.day ?? null, at }
  }

  async function known(days: Hours, entries: (day: number) => number, signal?: AbortSignal): Promise<Map<number, DayCounts[]>> {
    const kept = await rows(db.reader, daysQuery, { from: sqlTime(days.from), to: sqlTime(days.to) }, optionsOf(signal))
    const counted = new Map(kept.filter(row => row.source_id === '' && row.entries === entries(row.day)).map(row => [row.day, row.version]))
    const byDay = new Map([...counted.keys()].map(day => [day, [] as DayCounts[]]))
    // A source of an older count of the day is none of this one's.
    for (const row of kept) if (row.source_id !== '' && counted.get(row.day) === row.version) byDay.get(row.day)?.push(row)
    return byDay
  }

  /** Days of which a part waits on our disk are told by the spool, and never closed. */
  const waiting = () => new Set(spool.pending().map(({ hour }) => dayOf(hour)))

  async function closeSome(days: Hours, before: (day: number) => number, signal?: AbortSignal): Promise<void> {
    const counts = await countDays({ reader: db.reader, inDoubt: [], signal }, days)
    const after = await entriesOf(days, signal)
    const unsettled = waiting()
    const version = now()
    const closed: object[] = []
    for (let day = days.from; day < days.to; day += DAY_MS) {
      const own = counts.filter(count => count.day === day)
      // What another process is loading, and what is lost, leaves a day open: it is looked at each time.
      const entries = before(day)
      if (unsettled.has(day) || after.at(day) !== entries || !own.every(addsUp)) {
        failed.set(day, { entries, at: version })
        continue
      }
      failed.delete(day)
      closed.push(rowOf({ ...NOTHING, day, source_id: '' }, entries, version))
      for (const count of own) closed.push(rowOf(count, entries, version))
    }
    await insertRows(db.client, 'ingest_days', closed)
  }

  return {
    async read(hours, signal) {
      const days = wholeDays(hours)
      if (days.from >= days.to) return new Map()
      const { at } = await entriesOf(days, signal)
      const found = await known(days, at, signal)
      for (const day of waiting()) found.delete(day)
      return found
    },
    async close(hours, signal) {
      const { from, to } = wholeDays({ from: hours.from, to: Math.min(hours.to, now()) })
      if (from >= to) return
      const { first, at } = await entriesOf({ from, to }, signal)
      if (first === null) return
      const found = await known({ from: first, to }, at, signal)
      const unsettled = waiting()
      // A day on whose account nothing stands, nor on that of the days before, costs nothing to count; one wrong clock may lie half a century back.
      const open = (day: number) => at(day) > 0 && !found.has(day) && !unsettled.has(day) && !hasFailed(day, at(day))
      for (let day = first; day < to; ) {
        if (!open(day)) {
          day += DAY_MS
          continue
        }
        let end = day + DAY_MS
        while (end < to && open(end) && end - day < DAYS_AT_ONCE * DAY_MS) end += DAY_MS
        await closeSome({ from: day, to: end }, at, signal)
        day = end
      }
    },
  }
}

const NOTHING = { received: 0, stored: 0, deduplicated: 0, rejected: 0, suppressed: 0, last_received_at: 0 }

function wholeDays({ from, to }: Hours): Hours {
  return { from: Math.ceil(from / DAY_MS) * DAY_MS, to: dayOf(to) }
}

function addsUp({ received, stored, deduplicated, rejected, suppressed }: DayCounts): boolean {
  return received === stored + deduplicated + rejected + suppressed
}

function rowOf({ day, last_received_at, ...counts }: DayCounts, entries: number, version: number): object {
  return { day: sqlDay(day), ...counts, last_received_at: sqlTime(last_received_at), entries, version }
}

function optionsOf(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { signal }
}
