import type { Context } from 'hono'
import { isSameSite, pageOf, siteOf } from '../ingest/request/sameSite.ts'

/**
 * Cookie in which a gateway on the site's own domain repeats the anonymous id. Some browsers forget a cookie that a script wrote after
 * seven days, and keep one that came with an answer. Scripts may read it: the SDK takes the id up again when its own cookie is gone.
 */
const FIRST_PARTY_COOKIE = 'wm_fid'
/** The SDK's own cookie. What the browser sends is the id at that moment; an event may have waited since before a sign-out. */
const ANONYMOUS_ID = /(?:^|; ?)wm_aid=([\w.~-]{8,100})(?:;|$)/
/** Browsers cap a cookie's life at 400 days. */
const LONGEST_S = 400 * 86_400

/** The `Set-Cookie` for the page that asks; null where it would be a third party's, for a visitor who objects, or with nothing to keep. */
export function firstPartyCookie(c: Context): string | null {
  const page = pageOf(c)
  const id = ANONYMOUS_ID.exec(c.req.header('cookie') ?? '')?.[1]
  if (page === null || id === undefined || c.req.header('sec-gpc') === '1' || !isSameSite(c, page)) return null
  const domain = siteOf(page.hostname)
  const where = domain === null ? '' : `; Domain=${domain}`
  return `${FIRST_PARTY_COOKIE}=${id}; Path=/; Max-Age=${LONGEST_S}; SameSite=Lax${where}${page.protocol === 'https:' ? '; Secure' : ''}`
}
