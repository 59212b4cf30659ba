import { timingSafeEqual } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { CONTENT_TYPE } from './exposition.ts'
import type { Metrics } from './readMetrics.ts'

export interface MetricsRouteDeps {
  readonly metrics: Pick<Metrics, 'text'>
  /** METRICS_KEY: with it, nobody is served without a key. */
  readonly metricsKey: string | null
  /** Where the gateway listens. */
  readonly host: string
  readonly trustProxy: boolean
  /** Whether a secret key that may read was presented. */
  readonly mayRead: (presented: string) => boolean
}

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[?::1\]?)$/i
/** Anything of these means that a proxy asks for somebody else. */
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

/** `GET /metrics`: without a key only for this machine itself, asked by its own name. */
export function createMetricsRoutes({ metrics, metricsKey, host, trustProxy, mayRead }: MetricsRouteDeps): Hono {
  const app = new Hono()
  const isPrivate = metricsKey === null && !trustProxy && LOOPBACK.test(host)

  app.get('/metrics', async c => {
    const key = /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? null
    const isAllowed = key === null ? isPrivate && isFromHere(c) : isSame(key, metricsKey) || (mayRead(key) && isNoPage(c))
    if (!isAllowed)
      throw new HTTPException(401, {
        message:
          'Metrics need “Authorization: Bearer …” with METRICS_KEY or a secret key with the scope read; only a gateway on loopback without a proxy tells them without one.',
        cause: { code: 'unauthorized' },
      })
    return c.body(await metrics.text(), 200, { 'Content-Type': CONTENT_TYPE, 'Cache-Control': 'no-store' })
  })
  return app
}

/** A name that somebody made to point at this machine is none of its own. */
function isFromHere(c: Context): boolean {
  const asked = (c.req.header('host') ?? '').replace(/:\d+$/, '')
  return LOOPBACK.test(asked) && isNoPage(c) && FORWARDED.every(name => c.req.header(name) === undefined)
}

function isNoPage(c: Context): boolean {
  return c.req.header('origin') === undefined
}

function isSame(presented: string, wanted: string | null): boolean {
  if (wanted === null) return false
  const [left, right] = [Buffer.from(presented), Buffer.from(wanted)]
  return left.length === right.length && timingSafeEqual(left, right)
}
