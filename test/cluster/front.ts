import { createServer, request } from 'node:http'
import type { Shard } from './shards.ts'

export interface Front {
  readonly url: string
  close(): Promise<void>
}

const ON_CLUSTER = / ON CLUSTER '\w+'/
const REPLICATED = /ENGINE = Replicated(\w*MergeTree)\('[^']*', '[^']*'(?:, )?([^)]*)\)/

/**
 * Stands before the first shard, and does what these engines cannot do by themselves: a statement `ON CLUSTER` goes to every shard, one
 * after the other. Replicated tables become plain ones, because one process alone leaves its replicas read-only.
 */
export async function startFront(shards: readonly Shard[], database: string): Promise<Front> {
  const [first] = shards
  if (first === undefined) throw new Error('a cluster has shards')
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', async () => {
      const body = Buffer.concat(chunks)
      const text = body.length < 100_000 ? body.toString() : ''
      const { origin } = new URL(first.url)
      try {
        if (!ON_CLUSTER.test(text)) return forward(origin, body)
        const statement = text.replace(ON_CLUSTER, '').replace(REPLICATED, 'ENGINE = $1($2)')
        for (const shard of shards.slice(1)) {
          const headers = { authorization: String(incoming.headers.authorization) }
          const reply = await fetch(new URL(shard.url).origin + incoming.url, { method: 'POST', headers, body: statement })
          const said = await reply.text()
          if (!reply.ok) return outgoing.writeHead(reply.status, Object.fromEntries(reply.headers)).end(said)
        }
        forward(origin, Buffer.from(statement))
      } catch (error) {
        outgoing.destroy(error as Error)
      }
    })
    function forward(origin: string, body: Buffer): void {
      const { 'content-length': _, 'transfer-encoding': __, ...headers } = incoming.headers
      const own = { ...headers, 'content-length': String(body.length) }
      const onward = request(origin + incoming.url, { method: incoming.method, headers: own }, reply => {
        outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(outgoing)
      })
      onward.on('error', error => outgoing.destroy(error))
      outgoing.on('close', () => onward.destroy())
      onward.end(body)
    }
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const url = new URL(first.url)
  url.port = String(address.port)
  url.pathname = `/${database}`
  return {
    url: url.href,
    close: () =>
      new Promise(done => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
