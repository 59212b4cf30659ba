import type { CountRow } from '@waymark/schemas/row'
import { execute, type Params, type Query, rows, sqlFile, sqlTime } from '../../db/query.ts'
import type { SealedSegment } from '../spool/sealed.ts'
import type { LookForMissing } from './blame.ts'
import { type Landing, LONGEST_INSERT_MS, type SegmentLine } from './insert.ts'
import { QUARANTINE_INDEX } from './quarantine.ts'

/** Which rows of a segment the tables already hold, by index. */
export interface Presence {
  readonly events: ReadonlySet<number>
  readonly rejected: ReadonlySet<number>
  /** Indexes of events that an earlier try found not storable. */
  readonly quarantined: ReadonlySet<number>
  readonly counts: ReadonlySet<number>
}

export const NOTHING_PRESENT: Presence = { events: new Set(), rejected: new Set(), quarantined: new Set(), counts: new Set() }

interface PresenceRow {
  readonly segment: string
  readonly events: readonly number[]
  readonly rejected: readonly number[]
  readonly counts: readonly number[]
}

export const presenceQuery = sqlFile<{ segments: readonly string[]; from: string }, PresenceRow>('ingest_presence')
export const endInserts = sqlFile<{ segments: readonly string[] }, never>('ingest_end_inserts')

/**
 * Looks segments up. `from` is the earliest received_at that their rows can have, epoch milliseconds; it keeps the look short.
 * Inserts of them that still run (the sender died, or gave up waiting) are ended first, or they could land after the look.
 */
export async function findPresence(
  { client, form, signal: stopped }: Landing,
  segments: readonly string[],
  from: number,
): Promise<ReadonlyMap<string, Presence>> {
  // An engine that hangs must not hold the loader longer than an insert would.
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(LONGEST_INSERT_MS)])
  await execute(client, form.kind === 'cluster' ? onCluster(endInserts, form.cluster) : endInserts, { segments }, { signal })
  const found = await rows(client, presenceQuery, { segments, from: sqlTime(Math.max(0, from)) }, { signal })
  const bySegment = new Map(found.map(row => [row.segment, row]))
  return new Map(
    segments.map(segment => {
      const row = bySegment.get(segment)
      return [segment, row === undefined ? NOTHING_PRESENT : presenceOf(row)]
    }),
  )
}

const CLOCK_SLACK_MS = 60_000

/** From the rows' own hours too, for the clock may have been set back after the segment was created. */
export function earliestReceived({ createdAt }: Pick<SealedSegment, 'createdAt'>, counts: readonly CountRow[]): number {
  return counts.reduce((earliest, { hour }) => Math.min(earliest, hour), createdAt - CLOCK_SLACK_MS)
}

/** Looks for lines of a table that a failed insert may have left in it; `from` as above. */
export function missingOf(db: Landing, table: 'events' | 'rejected', from: number): LookForMissing<SegmentLine> {
  return async lines => {
    const present = await findPresence(db, [...new Set(lines.map(({ segment }) => segment))], from)
    return lines.filter(({ segment, index }) => {
      const { events, rejected, quarantined } = present.get(segment) ?? NOTHING_PRESENT
      return table === 'events' ? !events.has(index) : !rejected.has(index) && !quarantined.has(index - QUARANTINE_INDEX)
    })
  }
}

function presenceOf({ events, rejected, counts }: PresenceRow): Presence {
  return {
    events: new Set(events),
    rejected: new Set(rejected.filter(index => index < QUARANTINE_INDEX)),
    quarantined: new Set(rejected.filter(index => index >= QUARANTINE_INDEX).map(index => index - QUARANTINE_INDEX)),
    counts: new Set(counts),
  }
}

/** The insert may run on another node than the one that answers now. */
function onCluster<P extends Params>(query: Query<P, never>, cluster: string): Query<P, never> {
  return { ...query, sql: query.sql.replace('KILL QUERY', `KILL QUERY ON CLUSTER '${cluster}'`) }
}
