/** From the answer that says an event is kept to the first query that finds it, under a steady load. */
import { setTimeout as wait } from 'node:timers/promises'
import { readHandover } from '../../../gateway/src/db/engine/handover.ts'
import { openDatabase } from '../../../gateway/src/db/open.ts'
import { KEYS } from '../../gateway.ts'
import type { Goal, Table } from '../benchmark.ts'
import { number, quantile } from '../figures.ts'
import { openConnection } from './connection.ts'
import { visitorEvents } from './events.ts'
import { createRequests } from './requests.ts'
import { type GatewaySystem, LOAD_CORE } from './systems.ts'

export interface Visible {
  readonly accepted: number
  /** Events that were followed, one of each request. */
  readonly followed: number
  /** Milliseconds. The answer of the query counts, so its own time and the pause before it are in them. */
  readonly p50: number
  readonly p95: number
  readonly most: number
  readonly perSecond: number
}

const PER_REQUEST = 20
const PER_SECOND = 2000
const CONNECTIONS = 16
const POLL_MS = 20
/** After that something is wrong. */
const PATIENCE_MS = 60_000

export async function measureVisible(
  ours: GatewaySystem,
  { seed, run, forMs }: { seed: number; run: string; forMs: number },
): Promise<Visible> {
  ours.resumeLoading(LOAD_CORE)
  await ours.drained()
  const access = readHandover(ours.dataDir)
  if (access === null) throw new Error(`${ours.dataDir} has no engine.json`)
  const db = await openDatabase({ engine: access })
  const answeredAt = new Map<string, number>()
  const delays: number[] = []
  let accepted = 0

  async function send(): Promise<void> {
    const pool = visitorEvents(seed, 400, Date.now())
    const broken = Promise.withResolvers<never>()
    const idle = await Promise.all(
      Array.from({ length: CONNECTIONS }, async (_, connection) => ({
        connection: await openConnection(ours.port, broken.reject),
        requests: createRequests({
          events: pool.slice(connection * PER_REQUEST, (connection + 1) * PER_REQUEST),
          run,
          connection,
          writeKey: KEYS.browser,
          now: Date.now,
        }),
      })),
    )
    const everyone = [...idle]
    const start = performance.now()
    const total = Math.floor((forMs / 1000) * (PER_SECOND / PER_REQUEST))
    let begun = 0
    const all = Promise.withResolvers<void>()
    let answers = 0
    while (begun < total) {
      const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * (PER_SECOND / PER_REQUEST)) + 1)
      while (begun < due) {
        const one = idle.pop()
        // All connections wait for an answer: the gateway is behind, and the delay shows it.
        if (one === undefined) break
        begun++
        const bytes = one.requests.next()
        const id = one.requests.lastId()
        one.connection.send(bytes, ({ status, body }) => {
          if (status !== 200) all.reject(new Error(`the gateway answered ${status} to ${PER_SECOND} events a second: ${body}`))
          accepted += PER_REQUEST
          answeredAt.set(id, performance.now())
          idle.push(one)
          if (++answers === total) all.resolve()
        })
      }
      await Promise.race([wait(2), broken.promise])
    }
    await Promise.race([all.promise, broken.promise])
    for (const { connection } of everyone) connection.close()
  }

  let isSending = true
  async function look(since: string): Promise<void> {
    const deadline = performance.now() + forMs + PATIENCE_MS
    while (isSending || answeredAt.size > 0) {
      if (performance.now() > deadline)
        throw new Error(`${answeredAt.size} acknowledged events cannot be read after ${PATIENCE_MS / 1000} s`)
      await wait(POLL_MS)
      if (answeredAt.size === 0) continue
      const found = await db.reader.query({
        query: 'SELECT message_id FROM events WHERE received_at >= {since:DateTime64(3)} AND message_id IN {ids:Array(String)}',
        query_params: { since, ids: [...answeredAt.keys()] },
        format: 'JSONEachRow',
      })
      const seen = await found.json<{ message_id: string }>()
      const at = performance.now()
      for (const { message_id } of seen) {
        delays.push(at - (answeredAt.get(message_id) ?? at))
        answeredAt.delete(message_id)
      }
    }
  }

  try {
    const looking = look(new Date(Date.now() - 1000).toISOString().replace('T', ' ').slice(0, 23))
    await Promise.all([looking, send().finally(() => (isSending = false))])
  } finally {
    await db.close()
  }
  const sorted = delays.toSorted((a, b) => a - b)
  return {
    accepted,
    followed: sorted.length,
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    most: sorted.at(-1) ?? Number.NaN,
    perSecond: accepted / (forMs / 1000),
  }
}

export function visibleTable({ perSecond, followed, p50, p95, most }: Visible): Table {
  return {
    title: `From the answer until the event can be read, ${number(perSecond)} events/s in requests of ${PER_REQUEST}`,
    head: ['', 'followed', 'p50 ms', 'p95 ms', 'longest ms'],
    rows: [['until visible', number(followed), number(p50), number(p95), number(most)]],
  }
}

export function visibleGoal({ p95 }: Visible): Goal {
  return { text: `readable, p95, at ${PER_SECOND} events/s`, wanted: '< 2 s', got: `${(p95 / 1000).toFixed(2)} s`, isMet: p95 < 2000 }
}
