import { Agent, request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { KEYS } from '../gateway.ts'
import { pause } from './launch.ts'
import { waitingFor } from './waits.ts'

/** What became of one request. */
export interface Answer {
  /** null: none came, and nobody knows whether the events are stored. */
  readonly status: number | null
  /** Of the connection's error, '' when there was an answer. */
  readonly trouble: string
  readonly retryAfter: string | undefined
  readonly events: number
  /** When the last byte had been handed to the kernel (performance.now()), null when none was. */
  readonly sentAt: number | null
  /** From the first byte out to the last byte in. */
  readonly ms: number
}

export interface LoadPlan {
  readonly url: string
  readonly connections: number
  readonly perRequest: number
  /** null: each connection sends again as soon as it has its answer. */
  readonly eventsPerSecond: number | null
  readonly key?: string
  readonly isKeptAlive?: boolean
  readonly isZipped?: boolean
  /** Addresses of this machine to send from, in turn: without kept connections one address runs out of ports. */
  readonly from?: readonly string[]
  readonly event?: (messageId: string) => object
  readonly newId?: () => string
}

export interface Load {
  /** Ids that were answered with 200. */
  readonly acknowledged: ReadonlySet<string>
  /** Ids that were answered with a refusal: they must not be stored. */
  readonly refused: ReadonlySet<string>
  readonly answers: readonly Answer[]
  /** Sends nothing more; resolves when every request has its answer or its error. */
  stop(): Promise<void>
}

/** Loads that still send. */
const running = new Set<Load>()

/** For a fault that ended in the middle of one: what it left would send for ever. */
export async function stopLoads(): Promise<void> {
  await Promise.all([...running].map(load => load.stop()))
}

export function startLoad(plan: LoadPlan): Load {
  const { connections, perRequest, eventsPerSecond, from = [], newId = () => crypto.randomUUID() } = plan
  const agent = new Agent({ keepAlive: plan.isKeptAlive ?? true, maxSockets: connections })
  const acknowledged = new Set<string>()
  const refused = new Set<string>()
  const answers: Answer[] = []
  const everyMs = eventsPerSecond === null ? 0 : (1000 * perRequest * connections) / eventsPerSecond
  const began = performance.now()
  let isOver = false

  async function connection(index: number): Promise<void> {
    let due = began + (everyMs * index) / connections
    while (!isOver) {
      const early = due - performance.now()
      if (early > 0) await pause(Math.min(early, 100))
      if (early > 100) continue
      if (isOver) return
      due = Math.max(due + everyMs, performance.now() - 10 * everyMs)
      const ids = Array.from({ length: perRequest }, newId)
      const answer = await post({ ...plan, localAddress: from[index % from.length] }, agent, ids)
      answers.push(answer)
      if (answer.status === 200) for (const id of ids) acknowledged.add(id)
      else if (answer.status !== null) for (const id of ids) refused.add(id)
      // What refuses at once must not be hammered in a busy loop.
      else await pause(20)
    }
  }

  const ended = Promise.all(Array.from({ length: connections }, (_, index) => connection(index)))
  const load: Load = {
    acknowledged,
    refused,
    answers,
    async stop() {
      isOver = true
      await waitingFor('an answer to every request of a load', () => ended)
      agent.destroy()
      running.delete(load)
    },
  }
  running.add(load)
  return load
}

/** Sends one batch. Never rejects. */
export function post(
  {
    url,
    key = KEYS.server,
    event = plainEvent,
    isZipped = false,
    isKeptAlive = true,
    localAddress,
  }: Pick<LoadPlan, 'url' | 'key' | 'event' | 'isZipped' | 'isKeptAlive'> & { readonly localAddress?: string | undefined },
  agent: Agent,
  ids: readonly string[],
): Promise<Answer> {
  const text = JSON.stringify({ batch: ids.map(event), sentAt: new Date().toISOString() })
  const body = isZipped ? gzipSync(text, { level: 1 }) : Buffer.from(text)
  const began = performance.now()
  return new Promise(resolve => {
    let sentAt: number | null = null
    const end = (status: number | null, trouble: string, retryAfter?: string) =>
      resolve({ status, trouble, retryAfter, events: ids.length, sentAt, ms: performance.now() - began })
    const asked = request(`${url}/v1/batch`, {
      method: 'POST',
      agent,
      ...(localAddress === undefined ? {} : { localAddress }),
      headers: {
        'content-type': 'application/json',
        'content-length': body.length,
        authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
        ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
        ...(isKeptAlive ? {} : { connection: 'close' }),
      },
    })
    asked.once('finish', () => {
      sentAt = performance.now()
    })
    asked.once('error', (error: NodeJS.ErrnoException) => end(null, error.code ?? error.message))
    asked.once('response', response => {
      response.resume()
      response.once('end', () => end(response.statusCode ?? null, '', response.headers['retry-after']))
      response.once('error', (error: NodeJS.ErrnoException) => end(null, error.code ?? error.message))
    })
    asked.end(body)
  })
}

function plainEvent(messageId: string): object {
  const person = Number.parseInt(messageId.slice(0, 4), 16) % 500 || 0
  return {
    type: 'track',
    event: 'Report Opened',
    userId: `u-${person}`,
    anonymousId: `a-${person}`,
    messageId,
    timestamp: new Date().toISOString(),
    properties: { report: 'funnel', rows: person, plan: 'team' },
    context: { page: { url: 'https://app.acme.example/reports/funnel', title: 'Funnel' }, locale: 'en-GB' },
  }
}

/** The q-quantile of numbers in any order; 0 of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0
}

/** Milliseconds of the answers with 200. */
export function ackMs(answers: readonly Answer[]): number[] {
  return answers.filter(({ status }) => status === 200).map(({ ms }) => ms)
}

/** How many answers of each kind: `200: 31 · ECONNRESET: 2`. */
export function tally(answers: readonly Answer[]): string {
  const counts = new Map<string, number>()
  for (const { status, trouble } of answers) {
    const kind = String(status ?? trouble)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts].map(([kind, count]) => `${kind}: ${count}`).join(', ')
}
