import type { Context } from 'hono'
import { getDomain } from 'tldts'

/** The page that asks, by its origin; null for who is no page. */
export function pageOf(c: Context): URL | null {
  return originOf(c.req.header('origin'))
}

/** Whether what answers here is the page's own site, so that a cookie is no third party's. Browsers say so themselves; the few that do not are compared by the host they called. */
export function isSameSite(c: Context, page: URL): boolean {
  const said = c.req.header('sec-fetch-site')
  if (said !== undefined) return said === 'same-origin' || said === 'same-site'
  const called = originOf(`http://${c.req.header('host') ?? ''}`)?.hostname
  return called !== undefined && (siteOf(called) ?? called) === (siteOf(page.hostname) ?? page.hostname)
}

/** null for an address, a public suffix or a name that is no part of anybody's domain: a cookie there is that host's alone. */
export function siteOf(hostname: string): string | null {
  return getDomain(hostname, { allowPrivateDomains: true })
}

function originOf(text = ''): URL | null {
  return /^https?:\/\//.test(text) ? URL.parse(text) : null
}
