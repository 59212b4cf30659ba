import type { Context } from 'hono'

export interface PublicAddress {
  /** Origin under which the browser of this request reaches the gateway, e.g. `https://waymark.acme.com`. */
  origin(c: Context): string
  /** Whether a page of this origin is the console itself. */
  isOwn(c: Context, origin: string): boolean
  /** Address of the client, for the limit of tries. */
  client(c: Context): string
}

export interface PublicAddressEdges {
  /** Whether a reverse proxy stands in front whose `X-Forwarded-*` headers may be believed; anybody can send them without one. */
  readonly trustProxy: boolean
  /** Where the gateway itself listens. */
  readonly url: string
  /** Address of the other end of the connection. */
  readonly remote: (c: Context) => string
}

const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i
const CLIENT = /^[0-9a-f.:]{2,45}$/i

/** Of each header the last value counts: the nearest proxy wrote it, whatever the client had put before. */
export function createPublicAddress({ trustProxy, url, remote }: PublicAddressEdges): PublicAddress {
  const forwarded = (c: Context, name: string, form: RegExp) => {
    const last = trustProxy ? c.req.header(name)?.split(',').at(-1)?.trim() : undefined
    return last !== undefined && form.test(last) ? last : undefined
  }
  const listening = new URL(url)

  /** The gateway under the name by which it was called: it has several, localhost and the machine's among them. */
  function called(c: Context, protocol = listening.protocol): string {
    return originOf(protocol, c.req.header('host')) ?? listening.origin
  }

  function origin(c: Context): string {
    if (!trustProxy) return listening.origin
    const given = forwarded(c, 'x-forwarded-proto', /^https?$/i)?.toLowerCase()
    const protocol = given === undefined ? listening.protocol : `${given}:`
    return originOf(protocol, forwarded(c, 'x-forwarded-host', HOST)) ?? called(c, protocol)
  }

  return {
    origin,
    isOwn: (c, page) => page === origin(c) || (!trustProxy && page === called(c)),
    client: c => forwarded(c, 'x-forwarded-for', CLIENT) ?? remote(c),
  }
}

/** undefined for a host that is none: 999.1.1.1 has the form of one, but no browser can have opened it. */
function originOf(protocol: string, host = ''): string | undefined {
  const address = `${protocol}//${host}`
  return HOST.test(host) && URL.canParse(address) ? new URL(address).origin : undefined
}
