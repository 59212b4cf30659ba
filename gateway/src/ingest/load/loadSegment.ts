import type { CountRow } from '@waymark/schemas/row'
import type { Database } from '../../db/open.ts'
import { sqlTime } from '../../db/query.ts'
import type { Line } from '../spool/framePayload.ts'
import type { SealedSegment, SegmentContent } from '../spool/sealed.ts'
import { insertStorable } from './blame.ts'
import { COUNTS_TARGET, EVENTS_TARGET, insertLines, REJECTED_TARGET, type TableTarget } from './insert.ts'
import { findPresence, NOTHING_PRESENT } from './presence.ts'
import { cleanedRejectedLine, countQuarantined, quarantinedLine, receivedAt } from './quarantine.ts'

/** Points between the steps of a load, where a test stops it. */
export type LoadPoint = 'mid_insert' | 'before_counts' | 'after_insert_before_unlink' | 'after_unlink'

export interface LoadEdges {
  readonly db: Database
  /** Time to stamp the segment with, asked for just before its counts go in. */
  readonly stamp: () => Promise<number>
  /** Earlier tries of this segment that failed. */
  readonly failures: number
  readonly at: (point: LoadPoint) => Promise<void> | void
}

export interface Loaded {
  readonly events: number
  readonly rejected: number
  /** Accepted events that the engine would not take; they are among the rejected. */
  readonly quarantined: number
}

/** The disk does not give a file. It may the next time: what was acknowledged is never given up for that. */
export class NotReadable extends Error {
  override readonly name = 'NotReadable'
}

const CLOCK_SLACK_MS = 60_000
/** An error of unknown kind is taken for a bad row from this try on. */
const TRIES_BEFORE_BLAME = 3

/**
 * Brings a segment into the tables once: events, then rejected events, then the counts, whose presence says that all is in.
 * A segment in doubt is looked up before, and only what is missing is inserted. Throws when it has to be tried again,
 * `NotReadable` when that is for the disk. A file without a whole frame is set aside.
 */
export async function loadSegment(segment: SealedSegment, { db, stamp, failures, at }: LoadEdges): Promise<Loaded> {
  const content = await segment.read().catch(cause => {
    throw new NotReadable(`segment ${segment.uuid} cannot be read`, { cause })
  })
  if (content === null) {
    await segment.setAside()
    return { events: 0, rejected: 0, quarantined: 0 }
  }
  const present = segment.isInDoubt() ? await findPresence(db, segment.uuid, earliestReceived(segment, content.counts)) : NOTHING_PRESENT
  segment.doubt()
  const mayBlameUnknown = failures >= TRIES_BEFORE_BLAME - 1
  const into = (target: TableTarget) => (lines: readonly Line[]) => insertLines(db.client, target, segment.uuid, lines)

  const missing = content.events.filter(({ index }) => !present.events.has(index) && !present.quarantined.has(index))
  const refusals = await insertStorable(into(EVENTS_TARGET), missing, mayBlameUnknown)
  await at('mid_insert')

  const rejected = [
    ...content.rejected.filter(({ index }) => !present.rejected.has(index)),
    ...refusals.map(refusal => quarantinedLine(refusal, segment.createdAt)),
  ]
  const unclean = await insertStorable(into(REJECTED_TARGET), rejected, mayBlameUnknown)
  await into(REJECTED_TARGET)(unclean.map(cleanedRejectedLine))
  await at('before_counts')

  const quarantined = [...content.events.filter(({ index }) => present.quarantined.has(index)), ...refusals.map(({ line }) => line)]
  const counts = countLines(segment, content, quarantined, await stamp())
  await into(COUNTS_TARGET)(counts.filter(({ index }) => !present.counts.has(index)))
  await at('after_insert_before_unlink')

  await segment.remove()
  await at('after_unlink')
  return {
    events: content.events.length - quarantined.length,
    rejected: content.rejected.length + quarantined.length,
    quarantined: quarantined.length,
  }
}

/** From the rows' own hours too, for the clock may have been set back after the segment was created. */
function earliestReceived(segment: SealedSegment, counts: readonly CountRow[]): number {
  return counts.reduce((earliest, { hour }) => Math.min(earliest, hour), segment.createdAt - CLOCK_SLACK_MS)
}

/** Each row tells the span of the whole segment, so that any one of them is enough to find its events. */
function countLines(segment: SealedSegment, { events, counts }: SegmentContent, quarantined: readonly Line[], loadedAt: number): Line[] {
  const hours = counts.map(({ hour }) => hour)
  const times = [events[0], events.at(-1)].flatMap(line => (line === undefined ? [] : [receivedAt(line) || segment.createdAt]))
  const span = times.length === 0 ? hours : times
  const [first, last] = [sqlTime(Math.min(...span)), sqlTime(Math.max(...span))]
  return countQuarantined(counts, quarantined).map((row, index) => ({
    index,
    json: JSON.stringify([
      row.source_id,
      row.hour / 1000,
      row.received,
      row.deduplicated,
      row.rejected,
      row.suppressed,
      first,
      last,
      sqlTime(loadedAt),
    ]),
  }))
}
