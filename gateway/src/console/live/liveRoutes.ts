import { readFileSync } from 'node:fs'
import { type Context, Hono } from 'hono'
import type { Database } from '../../db/open.ts'
import { OUTCOMES } from '../../ingest/live/entry.ts'
import type { LiveFeed, LiveFilter } from '../../ingest/live/feed.ts'
import { countRejected, readRejected } from '../../ingest/request/rejectedList.ts'
import { label } from '../../read/label.ts'
import { DAY_MS } from '../../read/times.ts'
import { letRunOwnScript } from '../frame/guard.ts'
import type { PublicAddress } from '../frame/publicAddress.ts'
import { page } from '../frame/respond.ts'
import { type LiveView, livePage } from './livePage.ts'
import { createLiveStreams, type LiveStreamDeps, placeOf } from './liveStream.ts'
import { rejectedPage } from './rejectedPage.ts'
import { beginningOf } from './replayPages.ts'
import { wordsOf } from './replayRoutes.ts'
import { shown } from './shown.ts'

export interface LivePagesDeps extends Pick<LiveView, 'writeKey' | 'hasDemo' | 'takesEvents'>, Omit<LiveStreamDeps, 'feed'> {
  readonly feed: LiveFeed
  readonly db: Database
  readonly now: () => number
  /** Where senders reach this gateway. */
  readonly address: Pick<PublicAddress, 'origin'>
}

const SCRIPT = readFileSync(new URL('live.js', import.meta.url), 'utf8')
const LISTED = 200
const REJECTED_ROWS = 50
const COUNTED_DAYS = 7

/** What arrives and what was rejected: `/console/live` with its stream, `/console/rejected`. */
export function createLivePages({ feed, db, now, address, writeKey, hasDemo, takesEvents, ...streaming }: LivePagesDeps): Hono {
  const stream = createLiveStreams({ feed, ...streaming })
  const app = new Hono()

  app.get('/console/live', c => {
    letRunOwnScript(c)
    const filter = readFilter(c)
    const { entries, last } = feed.since(0, filter, LISTED)
    const view = { filter, host: address.origin(c), writeKey, hasDemo, takesEvents, sources: feed.sources(), perSecond: feed.perSecond() }
    return page(c, livePage({ ...view, entries: entries.map(shown).reverse(), after: placeOf(feed, last) }))
  })
  app.get('/console/live.js', c => c.body(SCRIPT, 200, { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'no-cache' }))
  app.get('/console/live/stream', c => stream(c, readFilter(c)))

  app.get('/console/rejected', async c => {
    const words = wordsOf(c.req.query())
    const query = { ...words, cursor: c.req.query('cursor') ?? '', limit: REJECTED_ROWS, from: beginningOf(words.span, now()) }
    const [list, counts] = await Promise.all([readRejected(db, query), countRejected(db, now() - COUNTED_DAYS * DAY_MS)])
    return page(c, rejectedPage({ query, list, counts, days: COUNTED_DAYS, now: now() }))
  })
  return app
}

function readFilter(c: Context): LiveFilter {
  const { source = '', outcome = '', q = '' } = c.req.query()
  return { source: label(source, 200), outcome: OUTCOMES.find(known => known === outcome) ?? '', text: label(q, 200) }
}
