import type { Context, MiddlewareHandler } from 'hono'
import type { PublicAddress } from './publicAddress.ts'

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
const OWN_SCRIPT = "; script-src 'self'; connect-src 'self'"

/** No script (but where a page is let have one), no frame, no sniffing, no copy in a cache, on every answer of the console. */
export const protectiveHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  const mayRun: unknown = c.get('mayRunOwnScript')
  const policy = mayRun === true ? CONTENT_SECURITY_POLICY + OWN_SCRIPT : CONTENT_SECURITY_POLICY
  // An answer may bring a policy of its own: an image is a document of its own.
  if (!c.res.headers.has('Content-Security-Policy')) c.header('Content-Security-Policy', policy)
  c.header('X-Content-Type-Options', 'nosniff')
  c.header('X-Frame-Options', 'DENY')
  // Not 'no-referrer': with that, browsers send `Origin: null` with our own forms.
  c.header('Referrer-Policy', 'same-origin')
  c.header('Cross-Origin-Opener-Policy', 'same-origin')
  c.header('Cross-Origin-Resource-Policy', 'same-origin')
  if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store')
}

/** Lets the page of this answer run script files of this origin and ask this origin; none of the others can. */
export function letRunOwnScript(c: Context): void {
  c.set('mayRunOwnScript', true)
}

/**
 * Refuses every request but GET and HEAD that a page of another origin may have sent.
 * Browsers name the origin on each such request; one that names none is no browser and has no business here.
 */
export function sameOriginOnly(address: PublicAddress): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    const site = c.req.header('sec-fetch-site')
    const origin = c.req.header('origin')
    const isOurs = origin === undefined ? site === 'same-origin' : address.isOwn(c, origin)
    if (!isOurs || (site !== undefined && site !== 'same-origin')) {
      return c.text('Refused: this request did not come from the console itself. Open the console and try again.', 403)
    }
    return next()
  }
}
