import type { Context } from 'hono'
import { getDomain } from 'tldts'

/**
 * Cookie in which a gateway on the site's own domain repeats the anonymous id. Some browsers forget a cookie that a script wrote after
 * seven days, and keep one that came with an answer. Scripts may read it: the SDK takes the id up again when its own cookie is gone.
 */
export const FIRST_PARTY_COOKIE = 'wm_fid'
/** The SDK's own cookie. What the browser sends is the id at that moment; an event may have waited since before a sign-out. */
const ANONYMOUS_ID = /(?:^|; ?)wm_aid=([\w.~-]{8,100})(?:;|$)/
/** Browsers cap a cookie's life at 400 days. */
const LONGEST_S = 400 * 86_400

/** The `Set-Cookie` for the page that asks; null where it would be a third party's, for a visitor who objects, or with nothing to keep. */
export function firstPartyCookie(c: Context): string | null {
  const page = originOf(c.req.header('origin'))
  const id = ANONYMOUS_ID.exec(c.req.header('cookie') ?? '')?.[1]
  if (page === null || id === undefined || c.req.header('sec-gpc') === '1' || !isSameSite(c, page)) return null
  const domain = siteOf(page.hostname)
  const where = domain === null ? '' : `; Domain=${domain}`
  return `${FIRST_PARTY_COOKIE}=${id}; Path=/; Max-Age=${LONGEST_S}; SameSite=Lax${where}${page.protocol === 'https:' ? '; Secure' : ''}`
}

/** Browsers say so themselves; the few that do not are compared by the host they called. */
function isSameSite(c: Context, page: URL): boolean {
  const said = c.req.header('sec-fetch-site')
  if (said !== undefined) return said === 'same-origin' || said === 'same-site'
  const called = originOf(`http://${c.req.header('host') ?? ''}`)?.hostname
  return called !== undefined && (siteOf(called) ?? called) === (siteOf(page.hostname) ?? page.hostname)
}

/** null for an address or a name that is no part of anybody's domain: the cookie is that host's alone. */
function siteOf(hostname: string): string | null {
  return getDomain(hostname, { allowPrivateDomains: true })
}

function originOf(text = ''): URL | null {
  return /^https?:\/\//.test(text) ? URL.parse(text) : null
}
