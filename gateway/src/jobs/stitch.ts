import { BLOCKED_VALUES } from '@waymark/schemas/identifiers'
import { composeSql } from '../db/composeSql.ts'
import type { Database } from '../db/open.ts'
import { execute, type Params, sqlFile } from '../db/query.ts'
import { type Scratch, withScratch } from '../db/scratch.ts'
import { ROLE_MAILBOXES } from '../identity/blocked.ts'
import { type Pair, resolve } from '../identity/resolve.ts'
import { type Day, dayBatches } from './dayBatches.ts'
import { oldsQuery, parseIdentityMark, touchedIdentifiers, type WindowParams, windowParams } from './identityWindow.ts'
import type { Job } from './job.ts'
import { type SegmentWindow, unseenSegments } from './segments.ts'

export const daysQuery = composeSql<WindowParams, Day>('stitch_days', [['stitch_news', null]])
const edgesQuery = composeSql<Params, never>('stitch_edges', [
  ['stitch_news', null],
  // Raw events: copies may speak of pairs that the day's unique ones do not.
  ['stitch_events', 'SELECT * FROM stitch_news'],
  ['stitch_pairs', null],
])
const rowsQuery = composeSql<Params, never>('stitch_rows', [
  ['stitch_events', sqlFile('stitch_told').sql],
  ['stitch_pairs', null],
])
const COLUMNS = 'left_type, left, right_type, right, source_id, trust, sign, day, first_seen_at, last_seen_at, count, version, is_deleted'
const writeEdges = composeSql<Params, never>('stitch_write', [], `INSERT INTO identity_edges (${COLUMNS})`)
const lostQuery = sqlFile<Params, PairRow>('stitch_lost')
const writeCuts = composeSql<CutParams, never>('stitch_cuts', [], `INSERT INTO identity_edges (${COLUMNS})`)

const traitsOf = (news: string) =>
  composeSql<Params, never>('stitch_traits', [
    ['stitch_news', sqlFile(news).sql],
    ['stitch_copies', null],
    ['stitch_sayings', null],
  ])
const traitsQuery = traitsOf('stitch_news')
const allTraitsQuery = traitsOf('stitch_history')
const doubtfulQuery = sqlFile<Params, never>('stitch_doubtful')
const TRAIT_COLUMNS = 'identifier_type, identifier, name, value, source_id, trust, set_at, rank, version, is_deleted'
const writeTraits = composeSql<Params, never>('stitch_tell', [], `INSERT INTO identifier_traits (${TRAIT_COLUMNS})`)

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
    await scratch.keep(oldsQuery, bounds)
    let written = 0
    const lost: Pair[] = []
    for (const batch of dayBatches(await scratch.rows(daysQuery, bounds))) {
      const scope = { ...bounds, ...batch }
      await scratch.keep(edgesQuery, scope)
      await scratch.keep(rowsQuery, scope)
      written += await scratch.execute(writeEdges, {})
      for (const pair of await scratch.rows(lostQuery, {})) lost.push(pairOf(pair))
      written += await tell(scratch, scope)
    }
    return { written, lost }
  })
}

/** Writes what the events of a batch say of people and groups. */
async function tell(scratch: Scratch, scope: Params): Promise<number> {
  await scratch.keep(traitsQuery, { ...scope, is_history: 0 })
  const doubtful = await scratch.keep(doubtfulQuery, {})
  const written = await scratch.execute(writeTraits, { is_history: 0 })
  if (doubtful === 0) return written
  await scratch.keep(allTraitsQuery, { ...scope, is_history: 1 })
  return written + (await scratch.execute(writeTraits, { is_history: 1 }))
}

function pairOf({ left_type, left, right_type, right }: PairRow): Pair {
  return { left: { type: left_type, value: left }, right: { type: right_type, value: right } }
}
