import type { Database } from '../db/open.ts'
import { rows, sqlFile, sqlTime } from '../db/query.ts'

/** Segments that a job has not seen, as bounds for its statements. Bounds are epoch milliseconds, `…From` inclusive, `loadedTo` exclusive, `receivedTo` inclusive. */
export interface SegmentWindow {
  readonly loadedFrom: number
  readonly loadedTo: number
  readonly receivedFrom: number
  readonly receivedTo: number
  /** The watermark to return when the window is done. */
  readonly next: string
}

/** A set of loaded segments: all that were stamped earlier than the overlap before `at`, and of the later ones those in `seen`. */
export interface Mark {
  /** Latest loaded_at, epoch milliseconds. */
  readonly at: number
  readonly seen: readonly string[]
}

interface SegmentRow {
  readonly segment_id: string
  readonly loaded_at: number
  readonly first_received_at: number
  readonly last_received_at: number
}

/**
 * A segment is stamped just before its last insert, so one stamped earlier can become visible later: a look-back as long as
 * the slowest insert may take, less what was seen, finds each exactly once. What is in the window twice is done twice, harmlessly.
 */
const OVERLAP_MS = 120_000
/** Bounds the work of one run after a long stop; the next run goes on. */
const MOST_SEGMENTS = 20_000

const windowQuery = sqlFile<{ loaded_from: string }, SegmentRow>('segments_window')

/** What is loaded now. A run of the pipeline takes this once: no job may see a segment that the one before it could not. */
export async function loadedSegments(db: Database, since: number): Promise<Mark> {
  const visible = await rows(db.client, windowQuery, { loaded_from: sqlTime(Math.max(0, since - OVERLAP_MS)) })
  const at = visible.reduce((latest, segment) => Math.max(latest, segment.loaded_at), since)
  return { at, seen: visible.filter(segment => segment.loaded_at >= at - OVERLAP_MS).map(segment => segment.segment_id) }
}

/** The segments of `loaded` that the job which left this watermark has not seen; null when there are none. */
export async function unseenSegments(db: Database, watermark: string, loaded: Mark): Promise<SegmentWindow | null> {
  const mark = parseMark(watermark)
  const visible = await rows(db.client, windowQuery, { loaded_from: sqlTime(Math.max(0, mark.at - OVERLAP_MS)) })
  return nextWindow(mark, visible, loaded)
}

/** Pure part of `unseenSegments`. */
export function nextWindow(mark: Mark, found: readonly SegmentRow[], loaded: Mark): SegmentWindow | null {
  const seen = new Set(mark.seen)
  const ripe = new Set(loaded.seen)
  const visible = found.filter(segment => segment.loaded_at < loaded.at - OVERLAP_MS || ripe.has(segment.segment_id))
  const fresh = visible.filter(segment => !seen.has(segment.segment_id)).slice(0, MOST_SEGMENTS)
  if (fresh.length === 0) return null
  const at = Math.max(mark.at, ...minMax(fresh.map(segment => segment.loaded_at)))
  const done = new Set([...mark.seen, ...fresh.map(segment => segment.segment_id)])
  const next: Mark = {
    at,
    seen: visible
      .filter(segment => done.has(segment.segment_id) && segment.loaded_at >= at - OVERLAP_MS)
      .map(segment => segment.segment_id),
  }
  const stamped = minMax(fresh.map(segment => segment.loaded_at))
  return {
    loadedFrom: stamped[0],
    loadedTo: stamped[1] + 1,
    receivedFrom: minMax(fresh.map(segment => segment.first_received_at))[0],
    receivedTo: minMax(fresh.map(segment => segment.last_received_at))[1],
    next: JSON.stringify(next),
  }
}

export function parseMark(watermark: string): Mark {
  if (watermark === '') return { at: 0, seen: [] }
  return JSON.parse(watermark) as Mark
}

function minMax(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )
}
