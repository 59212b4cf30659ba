/** A site with the SDK and a collector, both real HTTP servers on loopback. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { createWaymark, Waymark } from '../sdk-browser/src/index.ts'

declare global {
  interface Window {
    waymark: Waymark
    Waymark: { createWaymark: typeof createWaymark }
  }
}

export interface Received {
  messageId: string
  type: string
  event?: string
  name?: string
  userId?: string
  anonymousId: string
  groupId?: string
  timestamp: string
  properties?: Record<string, unknown>
  traits?: Record<string, unknown>
  context: {
    clientSeq: number
    sessionId: string
    page: Record<string, string>
    campaign?: Record<string, string>
    [key: string]: unknown
  }
}

/** What the collector does with a batch; `cut` stores it and breaks the connection before the answer. */
export type Behaviour = { status: number; headers?: Record<string, string>; body?: string } | 'cut' | undefined

export interface Collector {
  url: string
  /** Accepted events, each message once, in order of arrival. */
  events(): Received[]
  tracked(): (string | undefined)[]
  /** Accepted events, copies included. */
  copies(): number
  requests: { method: string; contentType: string; keys: string[]; at: number }[]
  /** Decides over the n-th batch, from 0. */
  behave: (index: number) => Behaviour
  /** Resolves once the condition holds; rejects with what has arrived after `ms`. */
  until(condition: (events: Received[]) => boolean, ms?: number): Promise<Received[]>
  close(): void
}

const CORS = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'Retry-After' }

export async function startCollector(): Promise<Collector> {
  const byId = new Map<string, Received>()
  const watchers = new Set<() => void>()
  let copies = 0
  let batches = 0

  const server = createServer(async (request, response) => {
    const body = await textOf(request)
    const sent = body ? JSON.parse(body) : { batch: [] }
    collector.requests.push({
      method: request.method ?? '',
      contentType: request.headers['content-type'] ?? '',
      keys: Object.keys(sent),
      at: Date.now(),
    })
    if (request.method === 'OPTIONS') return void response.writeHead(204, CORS).end()
    const behaviour = collector.behave(batches++)
    if (behaviour !== undefined && behaviour !== 'cut') {
      return void response.writeHead(behaviour.status, { ...CORS, ...behaviour.headers }).end(behaviour.body ?? '{"error":"injected"}')
    }
    for (const event of sent.batch) {
      copies++
      if (!byId.has(event.messageId)) byId.set(event.messageId, { ...event, context: { ...sent.context, ...event.context } })
    }
    for (const watcher of watchers) watcher()
    if (behaviour === 'cut') return void request.socket.destroy()
    response.writeHead(200, { ...CORS, 'content-type': 'application/json' })
    response.end(JSON.stringify({ success: true, accepted: sent.batch.length, rejected: [] }))
  })
  const port = await listen(server)

  const collector: Collector = {
    url: `http://collect.test:${port}`,
    events: () => [...byId.values()],
    tracked: () => collector.events().flatMap(({ type, event }) => (type === 'track' ? [event] : [])),
    copies: () => copies,
    requests: [],
    behave: () => undefined,
    until: (condition, ms = 15_000) =>
      new Promise((resolve, reject) => {
        const done = (settle: () => void) => {
          clearTimeout(timer)
          watchers.delete(look)
          settle()
        }
        const look = () => condition(collector.events()) && done(() => resolve(collector.events()))
        const timer = setTimeout(
          () =>
            done(() =>
              reject(new Error(`Still waiting after ${ms} ms; arrived: ${JSON.stringify(collector.events().map(e => e.event ?? e.type))}`)),
            ),
          ms,
        )
        watchers.add(look)
        look()
      }),
    close: () => stop(server),
  }
  return collector
}

export interface Site {
  port: number
  close(): void
}

/** Serves the SDK as /waymark.js, and for every other path the HTML that `html` gives. */
export async function startSite(script: string, html: (path: string) => { body: string; headers?: Record<string, string> }): Promise<Site> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site')
    if (pathname === '/waymark.js') return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    if (pathname === '/favicon.ico') return void response.writeHead(204).end()
    const { body, headers } = html(pathname)
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body)
  })
  return { port: await listen(server), close: () => stop(server) }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

function listen(server: Server): Promise<number> {
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))
}

function stop(server: Server) {
  server.closeAllConnections()
  server.close()
}
