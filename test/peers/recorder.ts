/** Stands before a gateway and writes down what SDKs send, unchanged in both directions. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

export interface Sent {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Inflated; '' for a request without one. */
  readonly body: string
  /** Of the answer. */
  readonly status: number
}

export interface Recorder {
  /** As browsers under test reach it: another site than that of the page. */
  readonly pageUrl: string
  /** As services reach it. */
  readonly url: string
  /** Everything since the start, in order of the answers. */
  readonly sent: readonly Sent[]
  close(): void
}

/** An answer instead of the gateway's. */
export interface Refusal {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
}

/** `refuse` is asked about each POST, counted from 0. */
export async function startRecorder(gatewayUrl: string, refuse: (post: number) => Refusal | null = () => null): Promise<Recorder> {
  const { hostname, port } = new URL(gatewayUrl)
  const sent: Sent[] = []
  let posts = 0

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await bytesOf(incoming)
    const { method = 'GET', url = '/', headers } = incoming
    const text = textOf(body, headers['content-encoding'])
    const note = (status: number) => sent.push({ method, path: url, headers: headers as Record<string, string>, body: text, status })
    const refusal = method === 'POST' ? refuse(posts++) : null
    if (refusal !== null) {
      note(refusal.status)
      return void outgoing.writeHead(refusal.status, { ...readableFrom(headers.origin), ...refusal.headers }).end('{}')
    }
    const onward = request({ hostname, port, method, path: url, headers }, answer => {
      note(answer.statusCode ?? 0)
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.once('error', () => outgoing.destroy())
    onward.end(body)
  }

  const server = createServer((incoming, outgoing) => void pass(incoming, outgoing).catch(() => outgoing.destroy()))
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const own = (server.address() as AddressInfo).port
  return {
    pageUrl: `http://collect.test:${own}`,
    url: `http://127.0.0.1:${own}`,
    sent,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** As the gateway lets pages read its refusals. */
function readableFrom(origin: string | undefined): Record<string, string> {
  return origin === undefined ? {} : { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'Retry-After' }
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function textOf(body: Buffer, encoding: string | undefined): string {
  return (encoding === 'gzip' ? gunzipSync(body) : body).toString('utf8')
}
