import type { Database } from '../../db/open.ts'
import { execute, row, sqlFile, sqlTime } from '../../db/query.ts'
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
  readonly events: readonly number[]
  readonly rejected: readonly number[]
  readonly counts: readonly number[]
}

export const presenceQuery = sqlFile<{ segment: string; from: string }, PresenceRow>('ingest_presence')
const endInserts = sqlFile<{ segment: string }, never>('ingest_end_inserts')

/**
 * Looks a segment up. `from` is the earliest received_at that its rows can have, epoch milliseconds; it keeps the look short.
 * An insert of the same segment that still runs (its sender died, or gave up waiting) is ended first, or it could land after the look.
 */
export async function findPresence({ client }: Database, segment: string, from: number): Promise<Presence> {
  await execute(client, endInserts, { segment })
  const found = await row(client, presenceQuery, { segment, from: sqlTime(Math.max(0, from)) })
  return {
    events: new Set(found.events),
    rejected: new Set(found.rejected.filter(index => index < QUARANTINE_INDEX)),
    quarantined: new Set(found.rejected.filter(index => index >= QUARANTINE_INDEX).map(index => index - QUARANTINE_INDEX)),
    counts: new Set(found.counts),
  }
}
