import { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { isPublic, type Network, networkOf } from './network.ts'
import { clientAddress, type ProxyTrust } from './proxies.ts'

/** Whom a request comes from; null where that says nothing about one sender: a machine of this network, a proxy that is not believed. */
export type VisitorOf = (c: Context) => Network | null

/** The address of a connection stays what it is, so it is read once for all requests on it. A WeakMap would cost twice the rest. */
const NETWORK = Symbol('network')
type KnownSocket = Socket & { [NETWORK]?: Network | null }

export function createVisitorOf(trust: ProxyTrust): VisitorOf {
  return c => {
    const { incoming } = (c.env ?? {}) as Partial<HttpBindings>
    if (!(incoming instanceof IncomingMessage)) return null
    const socket: KnownSocket = incoming.socket
    const forwardedFor = trust.kind === 'nobody' ? undefined : c.req.header('x-forwarded-for')
    if (forwardedFor !== undefined) return publicNetwork(clientAddress(trust, socket.remoteAddress ?? '', forwardedFor))
    const known = socket[NETWORK]
    if (known !== undefined) return known
    const network = publicNetwork(socket.remoteAddress ?? '')
    socket[NETWORK] = network
    return network
  }
}

function publicNetwork(address: string): Network | null {
  const network = networkOf(address)
  return network !== null && isPublic(network) ? network : null
}
