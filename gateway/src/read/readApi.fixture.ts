import { Hono } from 'hono'
import { afterAll, beforeAll } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertExample } from './example.fixture.ts'
import { createReadRoutes } from './routes.ts'
import { MODELS, NOW } from './rows.fixture.ts'
import { createReader } from './warehouseReader.ts'

const KEYS = new Map([
  ['sk_reader', { name: 'reader', scopes: ['read'] }],
  ['sk_importer', { name: 'importer', scopes: ['import'] }],
])

/** A period whose statistics take for ever. */
export const LONG_LOOK = Date.UTC(2020, 0, 1)

export interface ReadAnswer<Body> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

export interface ReadApi {
  readonly test: TestDatabase
  readonly app: Hono
  /** Periods of which the statistics were asked. */
  readonly asked: [from: number, to: number][]
  /** `Body`: what the document of the API says that this route answers; `openapi.test.ts` holds it to that. */
  get<Body = unknown>(path: string, headers?: Record<string, string>): Promise<ReadAnswer<Body>>
}

/** The read API on the example’s account, for the tests of a file. */
export function readApi(): () => ReadApi {
  const shared: { api?: ReadApi } = {}
  beforeAll(async () => {
    const test = await testDatabase()
    await insertExample(test.db)
    const asked: [number, number][] = []
    const readStats = async (from: number, to: number, signal: AbortSignal) => {
      asked.push([from, to])
      if (from === LONG_LOOK) await new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason)))
      return { received: 0 }
    }
    const routes = createReadRoutes({
      reader: createReader({ db: test.db, models: MODELS, now: () => NOW }),
      keys: { secretKey: presented => KEYS.get(presented) ?? null },
      models: MODELS,
      now: () => NOW,
      readStats,
    })
    const app = new Hono().route('/', routes)
    shared.api = {
      test,
      app,
      asked,
      async get<Body>(path: string, headers: Record<string, string> = { authorization: 'Bearer sk_reader' }) {
        const response = await app.request(path, { headers })
        return { status: response.status, headers: response.headers, body: (await response.json()) as Body }
      },
    }
  })
  afterAll(() => shared.api?.test.close())
  return () => {
    if (shared.api === undefined) throw new Error('The API is there for tests and hooks, not while a file is read.')
    return shared.api
  }
}
