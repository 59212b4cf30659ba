import type { Context } from 'hono'
import { clientAddress, isBelieved, type ProxyTrust } from '../../edge/proxies.ts'

export interface PublicAddress {
  /** Origin under which the browser of this request reaches the gateway, e.g. `https://waymark.acme.com`. */
  origin(c: Context): string
  /** The same where a believed proxy tells it; null for who came by none. */
  proxied(c: Context): string | null
  /** Whether a page of this origin is the console itself. */
  isOwn(c: Context, origin: string): boolean
  /** Address of the client, for the limit of tries. */
  client(c: Context): string
}

export interface PublicAddressEdges {
  /** Whose `X-Forwarded-*` headers are believed; anybody can send them. */
  readonly proxies: ProxyTrust
  /** Where the gateway itself listens. */
  readonly url: string
  /** Address of the other end of the connection. */
  readonly remote: (c: Context) => string
}

const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i

/** Of host and protocol the last value counts: the nearest proxy wrote it, whatever the client had put before. */
export function createPublicAddress({ proxies, url, remote }: PublicAddressEdges): PublicAddress {
  const forwarded = (c: Context, name: string, form: RegExp) => {
    const last = isBelieved(proxies, remote(c)) ? c.req.header(name)?.split(',').at(-1)?.trim() : undefined
    return last !== undefined && form.test(last) ? last : undefined
  }
  const listening = new URL(url)

  /** The gateway under the name by which it was called: it has several, localhost and the machine's among them. */
  function called(c: Context, protocol = listening.protocol): string {
    return originOf(protocol, c.req.header('host')) ?? listening.origin
  }

  function origin(c: Context): string {
    if (!isBelieved(proxies, remote(c))) return listening.origin
    const given = forwarded(c, 'x-forwarded-proto', /^https?$/i)?.toLowerCase()
    const protocol = given === undefined ? listening.protocol : `${given}:`
    return originOf(protocol, forwarded(c, 'x-forwarded-host', HOST)) ?? called(c, protocol)
  }

  return {
    origin,
    proxied: c => (isBelieved(proxies, remote(c)) ? origin(c) : null),
    isOwn: (c, page) => page === origin(c) || (!isBelieved(proxies, remote(c)) && page === called(c)),
    client: c => clientAddress(proxies, remote(c), c.req.header('x-forwarded-for')),
  }
}

/** undefined for a host that is none: 999.1.1.1 has the form of one, but no browser can have opened it. */
function originOf(protocol: string, host = ''): string | undefined {
  const address = `${protocol}//${host}`
  return HOST.test(host) && URL.canParse(address) ? new URL(address).origin : undefined
}
