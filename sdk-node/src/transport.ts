/** HTTP by node:http with connections that are kept: half the processor time of `fetch` (docs/DECISIONS.md). */
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { gzip } from 'node:zlib'
import type { Answer } from './sender.ts'

/** One packet: smaller bodies travel no faster compressed. */
const GZIP_BYTES = 1_400
/** A gateway's answer to 500 events is far smaller; anything larger is a proxy's page. */
const ANSWER_BYTES = 1024 * 1024

export interface Transport {
  /** Never rejects. */
  post(body: Buffer): Promise<Answer>
  /** Closes every connection, also those in use. */
  end(): void
}

export interface TransportOptions {
  readonly url: URL
  readonly writeKey: string
  readonly concurrency: number
  readonly timeoutMs: number
  readonly gzip: boolean
}

export function createTransport({ url, writeKey, concurrency, timeoutMs, gzip: isCompressing }: TransportOptions): Transport {
  const isTls = url.protocol === 'https:'
  // An idle connection of an agent does not keep the process alive.
  const agent = new (isTls ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: concurrency })
  const request = isTls ? requestHttps : requestHttp
  const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`

  const exchange = (body: Buffer, encoding: Record<string, string>): Promise<Answer> =>
    new Promise(resolve => {
      const headers = { 'content-type': 'application/json', 'content-length': body.length, authorization, ...encoding }
      const outgoing = request(url, { method: 'POST', agent, headers }, incoming => void read(incoming).then(done))
      const deadline = setTimeout(() => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs).unref()
      const done = (answer: Answer) => {
        clearTimeout(deadline)
        resolve(answer)
      }
      // Also after the answer has begun: the promise is settled once.
      outgoing.on('error', error => done(noAnswer(error)))
      outgoing.end(body)
    })

  return {
    async post(body) {
      try {
        if (!isCompressing || body.length < GZIP_BYTES) return await exchange(body, {})
        return await exchange(await compressed(body), { 'content-encoding': 'gzip' })
      } catch (error) {
        return noAnswer(error)
      }
    },
    end: () => agent.destroy(),
  }
}

function noAnswer(error: unknown): Answer {
  const { code = '', message = '' } = error as NodeJS.ErrnoException
  return { status: 0, retryAfter: null, text: message || code || 'no answer' }
}

// Level 1: events of one kind repeat themselves, so that higher levels cost more than they save.
function compressed(body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => gzip(body, { level: 1 }, (error, result) => (error === null ? resolve(result) : reject(error))))
}

async function read(incoming: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > ANSWER_BYTES) break
      chunks.push(chunk)
    }
  } catch (error) {
    return noAnswer(error)
  }
  return { status: incoming.statusCode ?? 0, retryAfter: incoming.headers['retry-after'] ?? null, text: Buffer.concat(chunks).toString() }
}
