import { Hono, type MiddlewareHandler } from 'hono'
import { createBodyMemory } from '../request/bodyMemory.ts'
import { cors } from '../request/cors.ts'
import { bodyOf } from '../request/decode.ts'
import type { EdgeGuard } from '../request/guard.ts'
import { refuse } from '../request/refuse.ts'
import { isSameSite, pageOf } from '../request/sameSite.ts'
import { basicKey, type SourceEdges, sourceOfWriteKey } from '../request/source.ts'
import { serverCookies } from './serverCookies.ts'

export interface ServerCookieEdges extends SourceEdges {
  /** Who may ask how often; nobody is limited without one. */
  readonly guard?: EdgeGuard | undefined
  readonly now: () => number
  /** Around the route. */
  readonly watch: MiddlewareHandler
}

/** What the SDK sends is a fifth of it. */
const MOST_BODY_BYTES = 64 * 1024

/**
 * `/rsaRequest`: sets the cookies of RudderStack's browser SDK, where a page of the same site asks with a good key (its `useServerSideCookies`).
 * Refused, the SDK sets them itself.
 */
export function createServerCookieRoutes({ guard, now, watch, ...edges }: ServerCookieEdges): Hono {
  const app = new Hono()
  const memory = createBodyMemory()

  app.use('/rsaRequest', cors, watch, async (c, next) => {
    await next()
    if (c.error !== undefined) guard?.refused(c)
  })
  app.post('/rsaRequest', async c => {
    guard?.knocking(c)
    guard?.arriving(c)
    const source = sourceOfWriteKey(basicKey(c.req) ?? c.req.query('writeKey') ?? null, c.req, edges)
    const page = pageOf(c)
    if (page === null || !isSameSite(c, page))
      throw refuse(
        403,
        'other_site',
        'Cookies are set for pages of the same site only: call the gateway by a host of the page’s own domain.',
      )
    guard?.taking(c, source, 1)
    const body = await bodyOf(c.req.raw, null, memory)
    try {
      if (body.bytes.length > MOST_BODY_BYTES) throw refuse(413, 'body_too_large', 'The body is larger than 64 KiB.')
      const headers = new Headers({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
      for (const cookie of serverCookies(parsed(body.bytes), page, now())) headers.append('Set-Cookie', cookie)
      return new Response(JSON.stringify({ success: true }), { headers })
    } finally {
      body.release()
    }
  })
  app.all('/rsaRequest', () => {
    throw refuse(405, 'method_not_allowed', '/rsaRequest takes POST only.', { Allow: 'POST, OPTIONS' })
  })
  return app
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw refuse(400, 'unreadable_body', 'The body is no JSON.')
  }
}
