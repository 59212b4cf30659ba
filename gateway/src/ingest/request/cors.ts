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
  if (c.get(ANSWERED) !== true) readable(c, c.res)
}

/** The answer, with leave for the page that asked to read it. */
export function readable(c: Context, answer: Response): Response {
  for (const [name, value] of Object.entries(allowing(c.req.header('origin')))) answer.headers.append(name, value)
  return answer
}

const ANSWERED = 'isAnsweredWithCors'

/** The usual answer: JSON with its headers from the start. Headers that are added to an answer later cost as much as all the rest of a small request. */
export function answerJson(c: Context, body: unknown, cookie: string | null = null): Response {
  c.set(ANSWERED, true)
  const headers = { 'Content-Type': 'application/json', ...allowing(c.req.header('origin')) }
  return new Response(JSON.stringify(body), { headers: cookie === null ? headers : { ...headers, 'Set-Cookie': cookie } })
}

function preflight(c: Context): Response {
  const headers = new Headers({
    'Access-Control-Allow-Methods': 'GET,POST,OPTIONS',
    'Access-Control-Max-Age': String(MAX_AGE_SECONDS),
    ...allowing(c.req.header('origin')),
  })
  const wanted = c.req.header('access-control-request-headers')
  if (wanted !== undefined) headers.set('Access-Control-Allow-Headers', wanted)
  headers.append('Vary', 'Access-Control-Request-Headers')
  return new Response(null, { status: 204, headers })
}

function allowing(origin: string | undefined): { [name: string]: string } {
  if (origin === undefined) return { Vary: 'Origin' }
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': origin,
    // Beacons always travel with credentials; nothing here reads them.
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Expose-Headers': 'Retry-After',
  }
}
