import type { Context } from 'hono'

export interface ReachedAtEdges {
  /** Where the gateway itself listens. */
  readonly url: string
  /** Origin that a believed proxy names; null for a request that came by none. */
  readonly proxied: (c: Context) => string | null
  /** Path of our own that was called before the usual address, such as `/news/hello`; '' where there was none. */
  readonly below?: (c: Context) => string
}

const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i
const PREFIX = /^(?:\/[\w.~-]{1,64}){1,8}$/
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * The address by which the sender of a request reaches the gateway, e.g. `https://collect.acme.com`: what a page may be told to send its events to.
 * Without a believed proxy it is the name that was called. Its scheme shows in what only a request over https can have: a page of https may load
 * nothing over http, and browsers send `Sec-Fetch-Site` to nobody else. Loopback is excepted from both.
 */
export function createReachedAt({ url, proxied, below = () => '' }: ReachedAtEdges): (c: Context) => string {
  const listening = new URL(url)

  function called(c: Context): URL {
    const host = c.req.header('host') ?? ''
    const address = `${listening.protocol}//${host}`
    return HOST.test(host) && URL.canParse(address) ? new URL(address) : listening
  }

  return c => {
    const named = proxied(c)
    const at = named === null ? called(c) : new URL(named)
    const isSafelyCalled = c.req.header('origin')?.startsWith('https://') === true || c.req.header('sec-fetch-site') !== undefined
    if (isSafelyCalled && !LOOPBACK.test(at.hostname)) at.protocol = 'https:'
    const prefix = named === null ? undefined : c.req.header('x-forwarded-prefix')
    return prefix !== undefined && PREFIX.test(prefix) ? at.origin + prefix : at.origin + below(c)
  }
}

/** What the answer depends on besides the host and `Origin`, for caches. */
export const REACHED_BY = 'Sec-Fetch-Site, X-Forwarded-Host, X-Forwarded-Proto, X-Forwarded-Prefix'
