import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Database } from '../db/open.ts'
import { createHotSet } from './dedupe.ts'
import { type MemorySpool, memorySpool, RECEIVED_AT } from './receive.fixture.ts'
import { createIngestCounters, type IngestCounters } from './request/counters.ts'
import { createIngestRoutes, type IngestDeps } from './routes.ts'

const KEYS = {
  writeKey: (key: string) =>
    key === 'wk_web'
      ? ({ sourceId: 'web', trust: 'browser' } as const)
      : key === 'wk_srv'
        ? ({ sourceId: 'backend', trust: 'server' } as const)
        : null,
  secretKey: (key: string) =>
    key === 'sk_import'
      ? { name: 'crm', scopes: ['import'] as const }
      : key === 'sk_read'
        ? { name: 'bi', scopes: ['read'] as const }
        : null,
}

export interface IngestAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: { error?: { code: string; message: string }; [key: string]: unknown }
}

export interface IngestApp {
  readonly spool: MemorySpool
  readonly counters: IngestCounters
  readonly request: Hono['request']
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<IngestAnswer>
}

/** The routes in an app whose `onError` knows nothing but exceptions, as the gateway mounts them. */
export function ingestApp(more: Pick<IngestDeps, 'isOriginAllowed' | 'guard'> = {}): IngestApp {
  const spool = memorySpool()
  const counters = createIngestCounters()
  const db: Database = new Proxy({} as Database, {
    get() {
      throw new Error('ingest must not need the warehouse')
    },
  })
  let ids = 0
  const now = () => RECEIVED_AT
  const app = new Hono()
  app.route(
    '/',
    createIngestRoutes({ keys: KEYS, spool, hotSet: createHotSet({ now }), db, counters, now, randomUUID: () => `id-${++ids}`, ...more }),
  )
  app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.json({ error: { code: 'internal' } }, 500)))
  return {
    spool,
    counters,
    async post(path, body, headers = {}) {
      const response = await app.request(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers })
      return { status: response.status, headers: response.headers, body: (await response.json()) as IngestAnswer['body'] }
    },
    request: app.request,
  }
}

export const basic = (key: string) => ({ authorization: `Basic ${btoa(key)}` })
