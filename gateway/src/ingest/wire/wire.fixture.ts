import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Database } from '../../db/open.ts'
import { createHotSet } from '../dedupe.ts'
import type { RefusedRequest } from '../live/entry.ts'
import { type MemorySpool, memorySpool, RECEIVED_AT } from '../receive.fixture.ts'
import { createIngestCounters } from '../request/counters.ts'
import type { EdgeGuard } from '../request/guard.ts'
import { createIngestRoutes } from '../routes.ts'
import { createReachedAt } from './reachedAt.ts'
import { rudderPluginsFile } from './rudderPlugins.ts'
import { segmentScriptFolder } from './segmentScripts.ts'
import { createWireRoutes } from './wireRoutes.ts'

export const WEB_KEY = 'wk_web'
export const SERVER_KEY = 'wk_srv'

const keys = {
  writeKey: (key: string) =>
    key === WEB_KEY
      ? ({ sourceId: 'web', trust: 'browser' } as const)
      : key === SERVER_KEY
        ? ({ sourceId: 'backend', trust: 'server' } as const)
        : null,
  secretKey: () => null,
}

/** Events and all around them in one app, on a spool in memory. */
export function wireApp({
  proxied = null,
  below = '',
  append,
  guard,
}: {
  readonly proxied?: string | null
  readonly below?: string
  readonly append?: MemorySpool['append']
  readonly guard?: EdgeGuard
} = {}) {
  const spool = memorySpool()
  const refused: RefusedRequest[] = []
  const failures: Error[] = []
  const live = {
    storing: () => () => undefined,
    passedOver: () => undefined,
    refused: (request: RefusedRequest) => void refused.push(request),
  }
  const now = () => RECEIVED_AT
  let ids = 0
  const isOriginAllowed = (_: string, origin: string) => origin !== 'https://evil.test'
  const ingest = createIngestRoutes({
    keys,
    spool: { append: append ?? spool.append },
    hotSet: createHotSet({ now }),
    db: {} as Database,
    counters: createIngestCounters(),
    now,
    randomUUID: () => `id-${++ids}`,
    isOriginAllowed,
    live,
  })
  const app = new Hono()
  app.route('/', ingest)
  const reachedAt = createReachedAt({ url: 'http://127.0.0.1:8090', proxied: () => proxied, below: () => below })
  app.route(
    '/',
    createWireRoutes({
      ingest,
      keys,
      isOriginAllowed,
      live,
      now,
      reachedAt,
      segmentScripts: segmentScriptFolder(),
      rudderPlugins: rudderPluginsFile(),
      ...(guard === undefined ? {} : { guard }),
      onFailure: error => void failures.push(error),
    }),
  )
  app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.json({ error: { code: 'internal' } }, 500)))
  return {
    request: app.request,
    fetch: app.fetch,
    refused,
    failures,
    frames: () => spool.frames,
    rows: () => spool.frames.flatMap(({ events }) => events),
    rejected: () => spool.frames.flatMap(frame => frame.rejected),
  }
}
