import { sqlTime } from '../../db/query.ts'
import type { Redact } from '../enrich/redact.ts'
import type { Line } from '../spool/framePayload.ts'
import type { SealedSegment } from '../spool/sealed.ts'
import { insertStorable, type Refusal } from './blame.ts'
import { COUNTS_TARGET, insertLines, type Landing, REJECTED_TARGET, type SegmentLine } from './insert.ts'
import { judgeLoadError } from './loadErrors.ts'
import { earliestReceived, findPresence, missingOf, NOTHING_PRESENT, type Presence } from './presence.ts'
import { cleanedRejectedLine, countQuarantined, quarantinedLine } from './quarantine.ts'
import { eventCount, eventLines, type SegmentRows } from './rows/segmentRows.ts'
import { earliestOf, storeAsMade, storeEvents } from './storeEvents.ts'

/** Points between the steps of a load, where a test stops it. */
export type LoadPoint = 'mid_insert' | 'before_counts' | 'after_insert_before_unlink' | 'after_unlink'

export interface LoadEdges {
  readonly db: Landing
  readonly read: (segment: SealedSegment) => Promise<SegmentRows | null>
  /** Told of rows that are loaded. */
  readonly release: (rows: SegmentRows) => void
  /** Time to stamp the segments with, asked for just before their counts go in. */
  readonly stamp: () => Promise<number>
  /** Earlier tries of the oldest of these segments that failed. */
  readonly failures: number
  /** What of addresses is kept of no event that cannot be stored. */
  readonly redact: Redact
  readonly at: (point: LoadPoint) => Promise<void> | void
}

export interface Loaded {
  readonly segments: number
  readonly events: number
  readonly rejected: number
  /** Accepted events of which no row could be made, or that the engine would not take; they are among the rejected. */
  readonly quarantined: number
}

/** The disk does not give a file, or its rows could not be made. It may be so the next time: what was acknowledged is never given up for that. */
export class NotReadable extends Error {
  override readonly name = 'NotReadable'
  readonly segment: SealedSegment

  constructor(segment: SealedSegment, cause: unknown) {
    super(`segment ${segment.uuid} cannot be read`, { cause })
    this.segment = segment
  }
}

/** One of several segments holds a row that the engine refuses: each is to be loaded alone. */
export class LoadAlone extends Error {
  override readonly name = 'LoadAlone'
}

/** A segment with what is in it and what of that is in the tables already. */
export interface Unit {
  readonly segment: SealedSegment
  readonly rows: SegmentRows
  readonly present: Presence
}

/** An error of unknown kind is taken for a bad row from this try on. */
const TRIES_BEFORE_BLAME = 3

/**
 * Brings segments into the tables once: events, then rejected events, then the counts, whose presence says that all of a segment is in.
 * Those in doubt are looked up before, and only what is missing is inserted. Throws when they have to be tried again: `NotReadable` when
 * that is for the disk, `LoadAlone` when a row is to blame. A file without a whole frame is set aside.
 */
export async function loadBatch(
  segments: readonly SealedSegment[],
  { db, read, release, stamp, failures, redact, at }: LoadEdges,
): Promise<Loaded> {
  const mayBlameUnknown = failures >= TRIES_BEFORE_BLAME - 1
  const orAlone = (count: number) => (error: unknown) => {
    if (error instanceof NotReadable) throw error
    const kind = judgeLoadError(error)
    const isRow = kind === 'rows' || (kind === 'unknown' && mayBlameUnknown)
    throw isRow && count > 1 ? new LoadAlone('a row of one of the segments is refused', { cause: error }) : error
  }
  // One alone is held, for its rows may have to be looked at one by one.
  const mayPass = segments.length > 1 && !segments.some(segment => segment.isInDoubt())
  const ids = segments.map(({ uuid }) => uuid)
  const all = mayPass
    ? await storeAsMade(db, ids, fresh(segments, read), release).catch(orAlone(segments.length))
    : await readAll(db, segments, read)
  for (const { segment } of all) segment.doubt()
  // What is missing of a segment that is in was erased since.
  const units = all.filter(unit => !isLoaded(unit))
  const refused = mayPass ? [] : await storeEvents(db, units, mayBlameUnknown).catch(orAlone(units.length))
  const refusals = [...units.flatMap(unmadeOf), ...refused]
  await at('mid_insert')
  await storeRejected(db, units, refusals, { mayBlameUnknown, redact })
  await at('before_counts')

  const loadedAt = await stamp()
  const quarantined = all.map(unit => quarantinedOf(unit, refusals))
  const counts = all.flatMap((unit, index) => (isLoaded(unit) ? [] : countLines(unit, quarantined[index] ?? [], loadedAt)))
  await insertLines(db, COUNTS_TARGET, counts)
  await at('after_insert_before_unlink')

  db.signal.throwIfAborted()
  for (const { segment } of all) await segment.remove()
  await at('after_unlink')
  const sum = (rows: (unit: Unit) => number) => all.reduce((total, unit) => total + rows(unit), 0)
  const unstored = quarantined.flat().length
  for (const { rows } of all) release(rows)
  return {
    segments: all.length,
    events: sum(({ rows }) => eventCount(rows)) - unstored,
    rejected: sum(({ rows }) => rows.rejected.length) + unstored,
    quarantined: unstored,
  }
}

/** Counts go in last. */
function isLoaded({ rows, present }: Unit): boolean {
  return rows.counts.length > 0 && rows.counts.every((_, index) => present.counts.has(index))
}

/** From here on anything of a segment that was given may be in the tables. */
async function* fresh(segments: readonly SealedSegment[], read: LoadEdges['read']): AsyncGenerator<Unit> {
  for await (const unit of readable(segments, read)) {
    unit.segment.doubt()
    yield { ...unit, present: NOTHING_PRESENT }
  }
}

async function* readable(segments: readonly SealedSegment[], read: LoadEdges['read']): AsyncGenerator<Omit<Unit, 'present'>> {
  for (const segment of segments) {
    const rows = await read(segment).catch(cause => {
      throw new NotReadable(segment, cause)
    })
    if (rows === null) await segment.setAside()
    else yield { segment, rows }
  }
}

async function readAll(db: Landing, segments: readonly SealedSegment[], read: LoadEdges['read']): Promise<Unit[]> {
  const readables: Omit<Unit, 'present'>[] = []
  for await (const one of readable(segments, read)) readables.push(one)
  const doubted = readables.filter(({ segment }) => segment.isInDoubt())
  const present =
    doubted.length === 0
      ? new Map<string, Presence>()
      : await findPresence(
          db,
          doubted.map(({ segment }) => segment.uuid),
          Math.min(...doubted.map(({ segment, rows }) => earliestReceived(segment, rows.counts))),
        )
  return readables.map(unit => ({ ...unit, present: present.get(unit.segment.uuid) ?? NOTHING_PRESENT }))
}

async function storeRejected(
  db: Landing,
  units: readonly Unit[],
  refusals: readonly Refusal<SegmentLine>[],
  { mayBlameUnknown, redact }: Pick<LoadEdges, 'redact'> & { readonly mayBlameUnknown: boolean },
): Promise<void> {
  const insert = (lines: readonly SegmentLine[]) => insertLines(db, REJECTED_TARGET, lines)
  const lines = units.flatMap(({ segment, rows, present }) =>
    rows.rejected.filter(({ index }) => !present.rejected.has(index)).map(line => ({ ...line, segment: segment.uuid })),
  )
  const quarantined = refusals.map(refusal => {
    const createdAt = units.find(({ segment }) => segment.uuid === refusal.line.segment)?.segment.createdAt ?? 0
    return { ...quarantinedLine(refusal, createdAt, redact), segment: refusal.line.segment }
  })
  const unclean = await insertStorable(insert, [...lines, ...quarantined], mayBlameUnknown, missingOf(db, 'rejected', earliestOf(units)))
  await insert(unclean.map(refusal => ({ ...cleanedRejectedLine(refusal), segment: refusal.line.segment })))
}

/** Events without a row; those that an earlier try quarantined, or could make a row of, are there already. */
function unmadeOf({ segment, rows, present }: Unit): Refusal<SegmentLine>[] {
  return rows.unmade
    .filter(({ line }) => !present.quarantined.has(line.index) && !present.events.has(line.index))
    .map(({ line, message }) => ({ line: { ...line, segment: segment.uuid }, message }))
}

/** Events of a segment that are among the rejected: by this try or an earlier one. */
function quarantinedOf({ segment, rows, present }: Unit, refusals: readonly Refusal<SegmentLine>[]): Line[] {
  const now = refusals.flatMap(({ line }) => (line.segment === segment.uuid ? [line] : []))
  if (present.quarantined.size === 0) return now
  const known = [...eventLines(rows), ...rows.unmade.map(({ line }) => line)]
  return [...known.filter(({ index }) => present.quarantined.has(index)), ...now]
}

/** Each row tells the span of the whole segment, so that any one of them is enough to find its events. */
function countLines({ segment, rows, present }: Unit, quarantined: readonly Line[], loadedAt: number): SegmentLine[] {
  const span = rows.span ?? rows.counts.map(({ hour }) => hour)
  const [first, last] = [sqlTime(Math.min(...span)), sqlTime(Math.max(...span))]
  const lines = countQuarantined(rows.counts, quarantined).map((row, index) => ({
    segment: segment.uuid,
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
  return lines.filter(({ index }) => !present.counts.has(index))
}
