import { insertStorable, type Refusal } from './blame.ts'
import {
  EVENTS_TARGET,
  insertLines,
  type Landing,
  LEAVE_OUT_UNREADABLE,
  passEvents,
  passEventsAsMade,
  type SegmentBlock,
  type SegmentLine,
} from './insert.ts'
import type { Unit } from './loadBatch.ts'
import { judgeLoadError } from './loadErrors.ts'
import { earliestReceived, missingOf } from './presence.ts'
import { eventLines, type SegmentRows } from './rows/segmentRows.ts'

/**
 * Stores the events of segments and gives back those that the engine will not take. Whole segments pass as blocks, in one insert; of a
 * segment that is partly in, the missing rows as lines. Where a row is refused, the second try leaves out what the engine cannot read, and only
 * what is then missing is looked at closely: no good row travels more than three times.
 */
export async function storeEvents(db: Landing, units: readonly Unit[], mayBlameUnknown: boolean): Promise<Refusal<SegmentLine>[]> {
  const isNew = ({ present }: Unit) => present.events.size === 0 && present.quarantined.size === 0
  const whole = units.filter(isNew)
  const partly = units.filter(unit => !isNew(unit)).flatMap(missingLines)
  const missing = missingOf(db, 'events', earliestOf(units))
  const refused = await insertStorable(lines => insertLines(db, EVENTS_TARGET, lines), partly, mayBlameUnknown, missing)
  try {
    await passEvents(
      db,
      whole.map(({ segment, rows }) => ({ segment: segment.uuid, block: rows.block, stretches: rows.stretches })),
    )
    return refused
  } catch (error) {
    const kind = judgeLoadError(error)
    const [only] = whole
    if (only === undefined || units.length > 1 || kind === 'retry' || (kind === 'unknown' && !mayBlameUnknown)) throw error
    return storeBesides(db, only, mayBlameUnknown)
  }
}

/**
 * Stores the events of segments of which nothing can be in the tables, each as soon as its rows are there. Gives back the segments without
 * their blocks: of each that nobody looks at any more `release` is told. When it fails, any of those that `units` gave may be in.
 */
export async function storeAsMade(
  db: Landing,
  segments: readonly string[],
  units: AsyncIterable<Unit>,
  release: (rows: SegmentRows) => void,
): Promise<Unit[]> {
  const stored: Unit[] = []
  let failure: { readonly reason: unknown } | null = null

  async function* made(): AsyncGenerator<SegmentBlock, void> {
    try {
      for await (const unit of units) {
        stored.push(unit)
        const { segment, rows } = unit
        if (rows.stretches.length > 0) yield { segment: segment.uuid, block: rows.block, stretches: rows.stretches }
      }
    } catch (reason) {
      failure = { reason }
      throw reason
    }
  }

  function letGo(place: number): void {
    const unit = stored[place]
    if (unit === undefined || unit.rows.block === NO_BLOCK) return
    release(unit.rows)
    stored[place] = { ...unit, rows: { ...unit.rows, block: NO_BLOCK } }
  }

  const blocks = made()
  // An insert of nothing is none.
  const first = await blocks.next()
  if (first.done !== true) {
    try {
      await passEventsAsMade(db, segments, followed(first.value, blocks), block =>
        letGo(stored.findIndex(({ segment }) => segment.uuid === block.segment)),
      )
    } catch (error) {
      // What the client says of a stream that broke is not why it broke.
      throw (failure as { readonly reason: unknown } | null)?.reason ?? error
    }
  }
  for (const place of stored.keys()) letGo(place)
  return stored
}

const NO_BLOCK = new Uint8Array(0)

async function* followed<T>(first: T, others: AsyncIterable<T>): AsyncGenerator<T> {
  yield first
  yield* others
}

async function storeBesides(db: Landing, unit: Unit, mayBlameUnknown: boolean): Promise<Refusal<SegmentLine>[]> {
  const insert = (lines: readonly SegmentLine[]) => insertLines(db, EVENTS_TARGET, lines)
  const all = missingLines(unit)
  // An insert that fails may have stored some of its months.
  const missing = missingOf(db, 'events', earliestOf([unit]))
  try {
    await insertLines(db, EVENTS_TARGET, await missing(all), LEAVE_OUT_UNREADABLE)
  } catch (error) {
    // What is refused here can be read and still not be stored; nothing but halving finds it.
    if (judgeLoadError(error) === 'retry') throw error
  }
  return insertStorable(insert, await missing(all), mayBlameUnknown, missing)
}

/** Of any row of these, epoch milliseconds. */
export function earliestOf(units: readonly Unit[]): number {
  return Math.min(...units.map(({ segment, rows }) => earliestReceived(segment, rows.counts)))
}

function missingLines({ segment, rows, present }: Unit): SegmentLine[] {
  return eventLines(rows)
    .filter(({ index }) => !present.events.has(index) && !present.quarantined.has(index))
    .map(line => ({ ...line, segment: segment.uuid }))
}
