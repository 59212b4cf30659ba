import { composeSql } from '../db/composeSql.ts'
import type { Database } from '../db/open.ts'
import { execute, type Params, rows, sqlFile, sqlTime } from '../db/query.ts'
import { withScratch } from '../db/scratch.ts'
import { BLOCKED_VALUES, ROLE_MAILBOXES } from '../identity/blocked.ts'
import { type Pair, resolve } from '../identity/resolve.ts'
import { type Day, dayBatches } from './dayBatches.ts'
import { parseIdentityMark, touchedIdentifiers, type WindowParams, windowParams } from './identityWindow.ts'
import type { Job } from './job.ts'
import { type SegmentWindow, unseenSegments } from './segments.ts'

/** Raw events, of which copies may hold what a day's unique ones do not. */
const NEWS = [
  ['stitch_news', null],
  ['stitch_events', 'SELECT * FROM stitch_news'],
] as const
const TOLD = [['stitch_events', sqlFile('stitch_told').sql]] as const

export const daysQuery = composeSql<WindowParams, Day>('stitch_days', [['stitch_news', null]])
const edgesQuery = composeSql<Params, never>('stitch_edges', [...NEWS, ['stitch_pairs', null]])
const rowsQuery = composeSql<Params, never>('stitch_rows', [...TOLD, ['stitch_pairs', null]])
const COLUMNS = 'left_type, left, right_type, right, source_id, trust, sign, day, first_seen_at, last_seen_at, count, version, is_deleted'
const writeEdges = composeSql<Params, never>('stitch_write', [], `INSERT INTO identity_edges (${COLUMNS})`)
const lostQuery = sqlFile<Params, PairRow>('stitch_lost')
const writeCuts = composeSql<CutParams, never>('stitch_cuts', [], `INSERT INTO identity_edges (${COLUMNS})`)
const writeTraits = sqlFile<WindowParams & { received_until: string }, never>('stitch_traits')

type CutParams = { readonly after: number; readonly through: number }

interface PairRow {
  readonly left_type: string
  readonly left: string
  readonly right_type: string
  readonly right: string
}

/** Events → evidence of who is who → profiles. Undos newer than the last run become evidence too: rows with `sign = 'cut'`. */
export const stitchJob: Job = {
  name: 'stitch',
  async run({ db, run, watermark, loaded, signal }) {
    const mark = parseIdentityMark(watermark)
    const window = await unseenSegments(db, mark.segments, loaded)
    const { identifiers, undoneThrough } = await touchedIdentifiers(db.client, window, mark.undone)
    if (window === null && identifiers.length === 0) return { rows: 0, watermark }
    const cut = await execute(db.client, writeCuts, { after: mark.undone, through: undoneThrough })
    const gathered = window === null ? { written: 0, lost: [] } : await gather(db, window, signal)
    const written = cut + gathered.written + (await resolve(db, identifiers, gathered.lost, run))
    return { rows: written, watermark: JSON.stringify({ segments: window?.next ?? mark.segments, undone: undoneThrough }) }
  },
}

/** Writes evidence and traits of the window's events; gives the pairs that lost evidence because a copy took an event's place. */
async function gather(db: Database, window: SegmentWindow, signal: AbortSignal): Promise<{ written: number; lost: Pair[] }> {
  const bounds = { ...windowParams(window), blocked: BLOCKED_VALUES, mailboxes: ROLE_MAILBOXES }
  return withScratch(db.client, signal, async scratch => {
    let written = 0
    const lost: Pair[] = []
    for (const batch of dayBatches(await rows(db.client, daysQuery, bounds, { signal }))) {
      const scope = { ...bounds, ...batch }
      await scratch.keep(edgesQuery, scope)
      await scratch.keep(rowsQuery, scope)
      written += await scratch.execute(writeEdges, {})
      for (const pair of await scratch.rows(lostQuery, {})) lost.push(pairOf(pair))
    }
    written += await execute(db.client, writeTraits, { ...bounds, received_until: sqlTime(window.receivedTo + 1) }, { signal })
    return { written, lost }
  })
}

function pairOf({ left_type, left, right_type, right }: PairRow): Pair {
  return { left: { type: left_type, value: left }, right: { type: right_type, value: right } }
}
