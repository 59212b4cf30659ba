import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { cors } from '../request/cors.ts'
import type { EdgeGuard } from '../request/guard.ts'
import { basicKey, type SourceEdges, sourceOfWriteKey } from '../request/source.ts'
import { REACHED_BY } from './reachedAt.ts'
import { rudderConfig } from './rudderConfig.ts'
import { segmentSettings } from './segmentSettings.ts'

export interface SettingsEdges extends SourceEdges {
  /** Where the sender of this request reaches the gateway. */
  readonly reachedAt: (c: Context) => string
  /** Who tried too many keys; nobody is limited without one. */
  readonly guard?: Pick<EdgeGuard, 'knocking' | 'refused'> | undefined
  /** Around every route. */
  readonly watch: MiddlewareHandler
}

/** What Segment's and RudderStack's SDKs ask before they send anything. Refused like an event would be: without a good key nothing could be sent. */
export function createSettingsRoutes({ reachedAt, guard, watch, ...edges }: SettingsEdges): Hono {
  const app = new Hono()
  // Keys can be tried here as well as with events.
  const guarded: MiddlewareHandler = async (c, next) => {
    guard?.knocking(c)
    await next()
    if (c.error !== undefined) guard?.refused(c)
  }

  // The second is asked for where a page gives its `cdnURL` with a slash at the end.
  for (const path of ['/v1/projects/:writeKey/settings', '//v1/projects/:writeKey/settings'] as const) {
    app.use(path, cors, watch, guarded)
    app.get(path, c => {
      const writeKey = c.req.param('writeKey')
      sourceOfWriteKey(writeKey, c.req, edges)
      c.header('Cache-Control', FOR_A_WHILE)
      c.header('Vary', REACHED_BY)
      return c.json(segmentSettings({ writeKey, reachedAt: reachedAt(c) }))
    })
  }

  for (const path of ['/sourceConfig', '/sourceConfig/']) {
    app.use(path, cors, watch, guarded)
    app.get(path, c => {
      const writeKey = basicKey(c.req) ?? c.req.query('writeKey') ?? null
      const { sourceId } = sourceOfWriteKey(writeKey, c.req, edges)
      // The key came in a header that shared caches do not look at.
      c.header('Cache-Control', 'private, max-age=300')
      return c.json(rudderConfig({ writeKey: writeKey ?? '', sourceId }))
    })
  }
  return app
}

/**
 * Seconds. The SDK sends nothing before it has them: a page goes on with those it had while newer ones come, and while the gateway is down.
 * Never in a shared cache: what one client made of its headers would tell every page where to send its events.
 */
const FOR_A_WHILE = 'private, max-age=300, stale-while-revalidate=86400, stale-if-error=86400'
