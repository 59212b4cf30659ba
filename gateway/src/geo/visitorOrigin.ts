import { IncomingMessage } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { clientAddress, type ProxyTrust } from '../edge/proxies.ts'
import type { FindOrigin, Origin } from '../ingest/enrich/origin.ts'

/** Where the visitor of a request comes from, by the proxies that are believed; null in an application that no server runs. */
export function createVisitorOrigin(trust: ProxyTrust, find: FindOrigin): (c: Context) => Origin | null {
  return c => {
    const { incoming } = (c.env ?? {}) as Partial<HttpBindings>
    if (!(incoming instanceof IncomingMessage)) return null
    return find(clientAddress(trust, incoming.socket.remoteAddress ?? '', c.req.header('x-forwarded-for')))
  }
}
