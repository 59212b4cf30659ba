/** A process that sends load: told what by its parent, answers what became of it. One request under way on each connection. */

import { type Answer, type Connection, openConnection } from './connection.ts'
import { visitorEvents } from './events.ts'
import { createRequests, type RequestBuilder } from './requests.ts'

export interface LoadOrder {
  readonly port: number
  readonly writeKey: string
  readonly seed: number
  readonly run: string
  readonly connections: number
  readonly perRequest: number
  /** Sent before anything is measured. */
  readonly warmMs: number
  readonly forMs: number
  /** No more than these, however much time is left. */
  readonly atMost?: number
}

export interface LoadResult {
  /** Of the whole run, warm-up included. */
  readonly accepted: number
  readonly rejected: number
  /** Requests answered otherwise than with 200, by status. */
  readonly refused: { readonly [status: string]: number }
  /** What follows is of the measured time alone. */
  readonly events: number
  readonly requests: number
  readonly seconds: number
  /** Milliseconds from the first byte sent to the last received, sorted. */
  readonly p50: number
  readonly p99: number
  /** Of a request, head included, on average. */
  readonly bytes: number
}

/** Many visitors, so that nothing that is kept per device or browser is always warm. */
const POOL = 2000

async function load({
  port,
  writeKey,
  seed,
  run,
  connections,
  perRequest,
  warmMs,
  forMs,
  atMost = Number.POSITIVE_INFINITY,
}: LoadOrder): Promise<LoadResult> {
  const pool = visitorEvents(seed, POOL, Date.now())
  const latencies: number[] = []
  const refused: { [status: string]: number } = {}
  const sum = { accepted: 0, rejected: 0, events: 0, requests: 0 }
  let begun = 0
  let from = Number.POSITIVE_INFINITY
  let until = Number.POSITIVE_INFINITY
  const broken = Promise.withResolvers<never>()

  function take({ status, body }: Answer, startedAt: number, at: number): void {
    if (status !== 200) refused[status] = (refused[status] ?? 0) + 1
    else {
      sum.accepted += Number(/"accepted":(\d+)/.exec(body)?.[1] ?? 0)
      if (!body.includes('"rejected":[]')) sum.rejected += body.split('"code"').length - 1
    }
    // An answer counts for speed when it comes within the time, and for delay when all of it lies after the warm-up.
    if (startedAt >= from) latencies.push(at - startedAt)
    if (at < from || at > until) return
    sum.requests++
    if (status === 200) sum.events += perRequest
  }

  function requestsOf(connection: number): RequestBuilder {
    const events = Array.from({ length: perRequest }, (_, place) => pool[(connection * 31 + place) % pool.length])
    return createRequests({ events: events.filter(event => event !== undefined), run, connection, writeKey, now: Date.now })
  }

  function keepSending({ connection, requests }: { connection: Connection; requests: RequestBuilder }): Promise<void> {
    return new Promise(done => {
      const again = () => {
        const startedAt = performance.now()
        if (startedAt >= until || begun >= atMost) return done()
        begun += perRequest
        connection.send(requests.next(), answer => {
          take(answer, startedAt, performance.now())
          again()
        })
      }
      again()
    })
  }

  // All that takes time is done before the clock starts.
  const opened = await Promise.all(
    Array.from({ length: connections }, async (_, number) => ({
      requests: requestsOf(number),
      connection: await openConnection(port, broken.reject),
    })),
  )
  from = performance.now() + warmMs
  until = from + forMs
  await Promise.race([Promise.all(opened.map(keepSending)), broken.promise])
  for (const { connection } of opened) connection.close()
  const sorted = Float64Array.from(latencies).sort()
  return {
    ...sum,
    bytes: opened.reduce((bytes, { requests }) => bytes + requests.bytes, 0) / connections,
    refused,
    seconds: forMs / 1000,
    p50: at(sorted, 0.5),
    p99: at(sorted, 0.99),
  }
}

function at(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

process.on('message', (order: LoadOrder) => {
  load(order).then(
    result => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
process.send?.({ isReady: true })
