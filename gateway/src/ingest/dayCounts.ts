import type { ClickHouseClient } from '@clickhouse/client'
import { rows, sqlFile, sqlTime } from '../db/query.ts'

/** What became of the events that a source sent on a day (UTC), as far as they are loaded. */
export interface DayCounts {
  /** Its beginning, epoch milliseconds. */
  readonly day: number
  readonly source_id: string
  readonly received: number
  /** Unique events in the warehouse. */
  readonly stored: number
  readonly deduplicated: number
  readonly rejected: number
  /** Kept out, or erased later: both were not to be kept. */
  readonly suppressed: number
  /** When the last of them came, epoch milliseconds; right to a segment. */
  readonly last_received_at: number
}

/** Epoch milliseconds on whole hours; `from` inclusive, `to` exclusive. */
export interface Hours {
  readonly from: number
  readonly to: number
}

type PeriodParams = { from: string; to: string; in_doubt: readonly string[] }
interface CountsRow extends Omit<DayCounts, 'stored'> {
  readonly present: number
  readonly erased: number
}
export const countsQuery = sqlFile<PeriodParams, CountsRow>('stats_counts')
export const copiesQuery = sqlFile<
  PeriodParams & { back_to: string; parts: number; part: number },
  { day: number; source_id: string; copies: number }
>('stats_copies')

export const DAY_MS = 86_400_000
/** Copies are looked for as far back as in `events_unique`. */
export const COPIES_MS = 30 * DAY_MS
/** Ids looked at in one query: some 100 MB of the engine's memory. */
const MOST_IDS = 1_000_000

export interface DayCountEdges {
  /** Of readers: what it may cost is limited. */
  readonly reader: ClickHouseClient
  /** Segments whose rows are left out. */
  readonly inDoubt: readonly string[]
  readonly signal?: AbortSignal | undefined
  readonly mostIds?: number
}

/** Counts in the tables themselves, some days at a time: the longer the period, the more queries, never the larger ones. */
export async function countDays({ reader, inDoubt, signal, mostIds = MOST_IDS }: DayCountEdges, hours: Hours): Promise<DayCounts[]> {
  const options = signal === undefined ? {} : { signal }
  const params = ({ from, to }: Hours): PeriodParams => ({ from: sqlTime(from), to: sqlTime(to), in_doubt: inDoubt })
  const counts = await rows(reader, countsQuery, params(hours), options)
  const copies = new Map<string, number>()
  for (const group of groupsOf(counts, hours, mostIds)) {
    const back_to = sqlTime(Math.max(0, dayOf(group.from) - COPIES_MS))
    for (let part = 0; part < group.parts; part++) {
      for (const row of await rows(reader, copiesQuery, { ...params(group), back_to, parts: group.parts, part }, options)) {
        const key = `${row.day} ${row.source_id}`
        copies.set(key, (copies.get(key) ?? 0) + row.copies)
      }
    }
  }
  return counts.map(({ day, source_id, received, deduplicated, rejected, suppressed, present, erased, last_received_at }) => {
    const again = copies.get(`${day} ${source_id}`) ?? 0
    return {
      day,
      source_id,
      received,
      stored: present - again,
      deduplicated: deduplicated + again,
      rejected,
      suppressed: suppressed + erased,
      last_received_at,
    }
  })
}

/** Days with rows, joined while they hold no more than `most`; a day with more is looked at in parts. */
function groupsOf(counts: readonly CountsRow[], { from, to }: Hours, most: number): (Hours & { readonly parts: number })[] {
  const byDay = new Map<number, number>()
  for (const { day, present } of counts) if (present > 0) byDay.set(day, (byDay.get(day) ?? 0) + present)
  const groups: { from: number; to: number; rows: number }[] = []
  for (const [day, present] of byDay) {
    const end = Math.min(to, day + DAY_MS)
    const last = groups.at(-1)
    if (last !== undefined && last.rows + present <= most) Object.assign(last, { to: end, rows: last.rows + present })
    else groups.push({ from: Math.max(from, day), to: end, rows: present })
  }
  return groups.map(group => ({ from: group.from, to: group.to, parts: Math.max(1, Math.ceil(group.rows / most)) }))
}

/** The beginning of its day, UTC. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS
}
