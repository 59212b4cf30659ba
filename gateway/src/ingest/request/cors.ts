import type { Context, MiddlewareHandler } from 'hono'

// Browsers cap it themselves, Chromium at two hours.
const MAX_AGE_SECONDS = 86_400

/**
 * Lets any page send and read the answer, refusals and 429 included: an SDK that cannot read `Retry-After` retries blindly.
 * Which pages may send for a source is decided by key, not here. Requested headers are reflected because `*` does not cover `Authorization`.
 */
export const cors: MiddlewareHandler = async (c, next) => {
  if (c.req.method === 'OPTIONS') return preflight(c)
  await next()
  allowOrigin(c.req.header('origin'), c.res.headers)
}

function preflight(c: Context): Response {
  const headers = new Headers({
    'Access-Control-Allow-Methods': 'GET,POST,OPTIONS',
    'Access-Control-Max-Age': String(MAX_AGE_SECONDS),
  })
  allowOrigin(c.req.header('origin'), headers)
  const wanted = c.req.header('access-control-request-headers')
  if (wanted !== undefined) headers.set('Access-Control-Allow-Headers', wanted)
  headers.append('Vary', 'Access-Control-Request-Headers')
  return new Response(null, { status: 204, headers })
}

function allowOrigin(origin: string | undefined, headers: Headers): void {
  headers.append('Vary', 'Origin')
  if (origin === undefined) return
  headers.set('Access-Control-Allow-Origin', origin)
  // Beacons always travel with credentials; nothing here reads them.
  headers.set('Access-Control-Allow-Credentials', 'true')
  headers.set('Access-Control-Expose-Headers', 'Retry-After')
}
