import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../gateway/src/app.ts'
import { insertRows, sqlDay } from '../gateway/src/db/query.ts'
import { createLog } from '../gateway/src/log.ts'
import { GOLDEN } from '../gateway/src/model/intent/intentGolden.fixture.ts'
import { DAY_MS, GOLDEN_MODEL, goldenTouches, scoreAll, seasonFor, storeAccounts } from '../gateway/src/model/intent/scoreRows.fixture.ts'
import { createReadRoutes } from '../gateway/src/read/routes.ts'
import { createReader } from '../gateway/src/read/warehouseReader.ts'
import { READY } from '../gateway/src/readiness.fixture.ts'
import { type TestDatabase, testDatabase } from './engine.ts'

const ASOF = 20_500
const NOW = ASOF * DAY_MS + DAY_MS / 2
const accountOf = (index: number) => `golden-${String(index).padStart(2, '0')}`

interface Score {
  readonly score: number
  readonly points: number
  readonly reasons: readonly { readonly points: number }[]
}

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  await storeAccounts(database.db, new Map(GOLDEN.map((golden, index) => [accountOf(index), goldenTouches(golden, ASOF)])))
  await insertRows(
    database.db.client,
    'accounts',
    GOLDEN.map(({ name }, index) => ({ account_id: accountOf(index), name, version: 1 })),
  )
})
afterAll(() => database.close())

function gateway() {
  const models = { intent: GOLDEN_MODEL, journeys: [] }
  const now = () => NOW
  const reader = createReader({ db: database.db, models, now })
  const keys = { secretKey: () => ({ name: 'test', scopes: ['read'] }) }
  const routes = createReadRoutes({ reader, keys, models, now, readStats: async () => ({}) })
  return createApp({
    routes: [routes],
    log: createLog({ level: 'error', write: () => undefined, now }),
    notReady: () => null,
    readiness: () => READY,
  })
}

async function expectTheTable(zeta: number) {
  const app = gateway()
  for (const [index, golden] of GOLDEN.entries()) {
    if (golden.zeta !== zeta) continue
    const response = await app.request(`/v1/accounts/${accountOf(index)}/score?at=${sqlDay(ASOF * DAY_MS)}`, {
      headers: { authorization: 'Bearer sk_test' },
    })
    expect(response.status, golden.name).toBe(200)
    const score = (await response.json()) as Score
    expect(score.points, golden.name).toBeCloseTo(golden.points, 9)
    expect(score.score, golden.name).toBeCloseTo(golden.intent, 9)
    expect(Math.abs(score.reasons.reduce((sum, reason) => sum + reason.points, 0) - score.points), golden.name).toBeLessThan(1e-9)
  }
}

test.each([...new Set(GOLDEN.map(({ zeta }) => zeta))])(
  'the worked table over HTTP, surge %s: computed when asked, then as the job stored it',
  async zeta => {
    await insertRows(database.db.client, 'surge_baseline', [{ day: sqlDay((ASOF - 1) * DAY_MS), ...seasonFor(zeta) }])
    await expectTheTable(zeta)
    expect(await scoreAll(database.db, GOLDEN_MODEL, ASOF)).toHaveLength(GOLDEN.length)
    await expectTheTable(zeta)
    await database.db.client.command({ query: 'TRUNCATE TABLE account_scores' })
  },
)

test('the literals are those of the design, where it is there to compare', async context => {
  const { existsSync, readFileSync } = await import('node:fs')
  const file = new URL('../../shared/design/golden.json', import.meta.url)
  if (!existsSync(file)) return context.skip()
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: { expect: { points: number; intent: number } }[] }
  expect(GOLDEN.map(({ points, intent }) => ({ points, intent }))).toEqual(
    cases.map(({ expect: { points, intent } }) => ({ points, intent })),
  )
})
