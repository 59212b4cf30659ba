/** Cookies that RudderStack's browser SDK asks its server to set, because some browsers keep those of scripts for seven days only. Pure. */
import { isIP } from 'node:net'
import { isRecord } from '../event/json.ts'
import { refuse } from '../request/refuse.ts'
import { siteOf } from '../request/sameSite.ts'

/** All that the SDK ever asks for. Nobody gets a session of the console, or a cookie of the site, set through here. */
const NAMES: ReadonlySet<unknown> = new Set([
  ...['rl_anonymous_id', 'rl_user_id', 'rl_trait', 'rl_group_id', 'rl_group_trait', 'rl_session', 'rl_auth_token'],
  ...['rl_page_init_referrer', 'rl_page_init_referring_domain'],
])
/** Browsers throw a larger cookie away. */
const MOST_COOKIE_BYTES = 4096
/** They travel with each request to the site, whose server takes 8 KiB or 16 KiB of headers. */
const MOST_BYTES = 8192
/** Browsers cap a cookie's life at 400 days. */
const LONGEST_MS = 400 * 86_400_000

/**
 * `Set-Cookie` headers for a page of this site, out of the body of its request:
 * `{ reqType: 'setCookies', data: { options: { maxAge, path, domain, sameSite, secure, expires }, cookies: [{ name, value }] } }`, times in
 * milliseconds. Scripts can read them, for the SDK does. Throws what the request is refused with.
 */
export function serverCookies(asked: unknown, page: URL, now: number): string[] {
  const data = isRecord(asked) && asked.reqType === 'setCookies' ? asked.data : undefined
  if (!isRecord(data) || !Array.isArray(data.cookies) || data.cookies.length === 0)
    throw refuse(
      400,
      'bad_cookies',
      'The body must be { "reqType": "setCookies", "data": { "options": {}, "cookies": [{ "name", "value" }] } }.',
    )
  const attributes = attributesOf(isRecord(data.options) ? data.options : {}, page, now)
  const cookies = new Map(data.cookies.map(pairOf))
  const headers = [...cookies].map(([name, value]) => `${name}=${value}${attributes}`)
  const tooLarge = headers.findIndex(header => header.length > MOST_COOKIE_BYTES)
  if (tooLarge !== -1)
    throw refuse(413, 'cookie_too_large', `${[...cookies.keys()][tooLarge]} is larger than 4 KiB, which no browser keeps.`)
  if (headers.reduce((sum, { length }) => sum + length, 0) > MOST_BYTES)
    throw refuse(413, 'cookies_too_large', 'Together these cookies are larger than 8 KiB: the site’s server would refuse its own visitors.')
  return headers
}

function pairOf(cookie: unknown): [name: string, value: string] {
  const { name, value } = isRecord(cookie) ? cookie : {}
  if (typeof name !== 'string' || !NAMES.has(name))
    throw refuse(
      400,
      'unknown_cookie',
      'Only cookies of RudderStack’s SDK are set here: rl_anonymous_id, rl_user_id, rl_session and the like.',
    )
  if (typeof value !== 'string' || !value.isWellFormed()) throw refuse(400, 'bad_cookies', `The value of ${name} must be a text.`)
  // As the SDK itself writes it, and reads it back.
  return [name, encodeURIComponent(value)]
}

function attributesOf(
  { maxAge, expires, path, domain, sameSite, secure }: { readonly [name: string]: unknown },
  page: URL,
  now: number,
): string {
  const isSecure = page.protocol === 'https:' || secure === true
  return [
    `; Path=${typeof path === 'string' && /^\/[\w/.~-]{0,200}$/.test(path) ? path : '/'}`,
    lifeOf(maxAge, expires, now),
    domainOf(domain, page.hostname),
    // `None` is asked for where page and server have two hosts, and is for other sites, which get none of these.
    `; SameSite=${sameSite === 'Strict' ? 'Strict' : 'Lax'}`,
    isSecure ? '; Secure' : '',
  ].join('')
}

/** '' for a cookie that ends with the browser. */
function lifeOf(maxAge: unknown, expires: unknown, now: number): string {
  if (typeof maxAge === 'number' && maxAge !== 0) return `; Max-Age=${Math.floor(Math.min(Math.max(maxAge, 0), LONGEST_MS) / 1000)}`
  const until = typeof expires === 'string' ? Date.parse(expires) : Number.NaN
  return Number.isNaN(until) ? '' : `; Expires=${new Date(Math.min(until, now + LONGEST_MS)).toUTCString()}`
}

/** '' for a cookie of this host alone. */
function domainOf(asked: unknown, hostname: string): string {
  // The SDK makes a domain of the end of an address, too.
  if (typeof asked !== 'string' || asked === '' || isAddress(hostname)) return ''
  const domain = asked.replace(/^\./, '').toLowerCase()
  if (siteOf(domain) === null && domain === hostname) return ''
  if (siteOf(domain) === null || !(hostname === domain || hostname.endsWith(`.${domain}`)))
    throw refuse(400, 'bad_cookie_domain', 'The domain of the cookies must be that of the page or one above it that belongs to the site.')
  return `; Domain=${domain}`
}

function isAddress(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
}
