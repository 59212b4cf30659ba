import { setTimeout as wait } from 'node:timers/promises'
import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client'
import { createTurns, TooBusy, type Turns, type TurnsOptions } from './turns.ts'

/** A page of an account asks some fifteen queries, and the engine runs sixteen of readers: some are left to other processes, and to what is ending. */
export const READER_TURNS: TurnsOptions = { atOnce: 12, patienceMs: 10_000 }

/** The engine's own limit, where readers of other processes share it: none of the query has run. */
const TOO_MANY_QUERIES = '202'
const AGAIN_MS = 50

/**
 * The client with its queries taking turns; a query has its turn until its answer is read. What the engine runs is asked once; what it had no
 * place for is asked again, as long as a turn would be waited for. `clock`: milliseconds.
 */
export function patientReader(
  client: ClickHouseClient,
  options: TurnsOptions = READER_TURNS,
  clock: () => number = () => performance.now(),
): ClickHouseClient {
  const query = patientQuery(client, createTurns(options), { patienceMs: options.patienceMs, clock })
  return new Proxy(client, {
    get: (target, property) => (property === 'query' ? query : bound(target, property)),
  })
}

function patientQuery(
  client: ClickHouseClient,
  turns: Turns,
  { patienceMs, clock }: { readonly patienceMs: number; readonly clock: () => number },
): ClickHouseClient['query'] {
  return async params => {
    const end = await turns.take(params.abort_signal)
    const until = clock() + patienceMs
    for (;;) {
      try {
        return untilRead(await client.query(params), end)
      } catch (error) {
        const isFull = error instanceof ClickHouseError && error.code === TOO_MANY_QUERIES
        if (!isFull || clock() >= until || params.abort_signal?.aborted === true) {
          end()
          throw isFull ? new TooBusy('the engine runs as many reads as it takes: ask again in a moment', { cause: error }) : error
        }
      }
      await wait(AGAIN_MS)
    }
  }
}

interface Readable {
  json(): Promise<unknown>
  text(): Promise<unknown>
  stream(): object
  close(): void
}

function untilRead<R extends Readable>(result: R, end: () => void): R {
  const ways: { readonly [property: string | symbol]: unknown } = {
    json: () => result.json().finally(end),
    text: () => result.text().finally(end),
    stream: () => {
      const stream = result.stream()
      if ('once' in stream && typeof stream.once === 'function') stream.once('close', end)
      return stream
    },
    close: () => {
      end()
      result.close()
    },
  }
  return new Proxy(result, { get: (target, property) => ways[property] ?? bound(target, property) })
}

function bound(target: object, property: string | symbol): unknown {
  const value: unknown = Reflect.get(target, property, target)
  return typeof value === 'function' ? value.bind(target) : value
}
