import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { LiveFeed } from '../live/feed.ts'
import type { EdgeGuard } from '../request/guard.ts'
import type { SourceEdges } from '../request/source.ts'
import { createPixelRoutes } from './pixelRoutes.ts'
import { createTellRefusal, tellingRefusals } from './refusals.ts'
import { createRudderPlugins } from './rudderPlugins.ts'
import { createSegmentScripts } from './segmentScripts.ts'
import { createServerCookieRoutes } from './serverCookieRoutes.ts'
import { createSettingsRoutes } from './settingsRoutes.ts'
import { createSideRoutes } from './sideRoutes.ts'

export interface WireEdges extends SourceEdges {
  /** The routes that take events. */
  readonly ingest: Hono
  readonly live: Pick<LiveFeed, 'refused'>
  readonly now: () => number
  readonly reachedAt: (c: Context) => string
  /** Folder of Segment's scripts; null where they are not installed. */
  readonly segmentScripts: string | null
  /** File with RudderStack's plugins; null where it is not installed. */
  readonly rudderPlugins: string | null
  /** Who may ask how often; nobody is limited without one. */
  readonly guard?: EdgeGuard
  /** Told of a pixel that the gateway itself could not take. */
  readonly onFailure: (error: Error) => void
}

/** What Segment's and RudderStack's SDKs expect of their hosts around the events themselves: settings, scripts, pixels. */
export function createWireRoutes({
  ingest,
  live,
  now,
  reachedAt,
  segmentScripts,
  rudderPlugins,
  guard,
  onFailure,
  ...source
}: WireEdges): Hono {
  const tellRefusal = createTellRefusal(live, now)
  const app = new Hono()
  app.route('/', createSettingsRoutes({ ...source, reachedAt, guard, watch: tellingRefusals(tellRefusal) }))
  app.route('/', createPixelRoutes({ keys: source.keys, ingest: answering(ingest, onFailure), tellRefusal }))
  app.route('/', createSegmentScripts(segmentScripts))
  app.route('/', createRudderPlugins(rudderPlugins))
  app.route('/', createServerCookieRoutes({ ...source, guard, now, watch: tellingRefusals(tellRefusal) }))
  app.route('/', createSideRoutes())
  return app
}

/** The routes of events as an app of their own, which nobody watches but us. */
function answering(ingest: Hono, onFailure: WireEdges['onFailure']): Hono {
  const app = new Hono().route('/', ingest)
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse()
    onFailure(error)
    return c.body(null, 500)
  })
  return app
}
