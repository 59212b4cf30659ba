import type { Database } from '../db/open.ts'
import { execute, rows, sqlFile, sqlTime } from '../db/query.ts'
import { BLOCKED_VALUES, ROLE_MAILBOXES } from '../identity/blocked.ts'
import { resolve } from '../identity/resolve.ts'
import { parseIdentityMark, touchedIdentifiers, type WindowParams, windowParams } from './identityWindow.ts'
import type { Job } from './job.ts'
import { type SegmentWindow, unseenSegments } from './segments.ts'

type EdgeParams = WindowParams & {
  readonly from: string
  readonly days: readonly string[]
  readonly blocked: readonly string[]
  readonly mailboxes: readonly string[]
}

const daysQuery = sqlFile<WindowParams, { day: string }>('stitch_days')
const writeEdges = sqlFile<EdgeParams, never>('stitch_edges')
const writeTraits = sqlFile<WindowParams & { received_until: string }, never>('stitch_traits')

const DAY_MS = 86_400_000
/** Days that one statement rebuilds at most. */
const DAYS_AT_ONCE = 31

/** Events → evidence of who is who → profiles. Also follows undos: `sign = 'cut'` rows newer than the last run. */
export const stitchJob: Job = {
  name: 'stitch',
  async run({ db, run, watermark, loaded, signal }) {
    const mark = parseIdentityMark(watermark)
    const window = await unseenSegments(db, mark.segments, loaded)
    const { identifiers, undoneThrough } = await touchedIdentifiers(db.client, window, mark.undone)
    if (window === null && identifiers.length === 0) return { rows: 0, watermark }
    let written = window === null ? 0 : await gather(db, window, signal)
    written += await resolve(db, identifiers, [], run)
    return { rows: written, watermark: JSON.stringify({ segments: window?.next ?? mark.segments, undone: undoneThrough }) }
  },
}

/** Writes evidence and traits of the window's events. */
async function gather(db: Database, window: SegmentWindow, signal: AbortSignal): Promise<number> {
  const bounds = windowParams(window)
  const days = await rows(db.client, daysQuery, bounds)
  let written = 0
  for (const batch of dayBatches(days.map(row => row.day))) {
    signal.throwIfAborted()
    const params = { ...bounds, from: sqlTime(earliestReceipt(batch)), days: batch, blocked: BLOCKED_VALUES, mailboxes: ROLE_MAILBOXES }
    written += await execute(db.client, writeEdges, params, { signal })
  }
  return written + (await execute(db.client, writeTraits, { ...bounds, received_until: sqlTime(window.receivedTo + 1) }, { signal }))
}

/** An event is not received before it happened, but for a day's grace for wrong clocks. */
function earliestReceipt(days: readonly string[]): number {
  return Date.parse(days[0] ?? '1970-01-02') - DAY_MS
}

/** Ascending days in runs of at most 31 from first to last, so that one statement looks at one stretch of time. */
export function dayBatches(days: readonly string[]): string[][] {
  const batches: string[][] = []
  for (const day of days) {
    const batch = batches.at(-1)
    const first = batch?.[0]
    if (batch === undefined || first === undefined || Date.parse(day) - Date.parse(first) >= DAYS_AT_ONCE * DAY_MS) batches.push([day])
    else batch.push(day)
  }
  return batches
}
