import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../../test/engine.ts'
import { insertRows, sqlDay } from '../../db/query.ts'
import { scoreIntent } from './intent.ts'
import type { IntentTouch } from './intentEvidence.ts'
import { GOLDEN } from './intentGolden.fixture.ts'
import { topReasons } from './intentReasons.ts'
import { knownQuery, scoreAt, seasonQuery, seenQuery } from './scoreAt.ts'
import {
  DAY_MS,
  GOLDEN_MODEL,
  goldenTouches,
  MODEL,
  type StoredScore,
  scoreAll,
  seasonFor,
  storeAccounts,
  touchOf,
  touchRow,
} from './scoreRows.fixture.ts'
import { scoreParams, scoreSpan } from './scoreSql.ts'

const ASOF = 20_500

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

function expectAddsUp({ points, reasons }: StoredScore) {
  expect(Math.abs(reasons.reduce((sum, reason) => sum + reason[5], 0) - points)).toBeLessThan(1e-9)
}

test('the worked table holds in SQL', async () => {
  await storeAccounts(
    database.db,
    new Map(GOLDEN.map((golden, index) => [`golden ${String(index).padStart(2, '0')}`, goldenTouches(golden, ASOF)])),
  )
  for (const zeta of new Set(GOLDEN.map(golden => golden.zeta))) {
    await insertRows(database.db.client, 'surge_baseline', [{ day: sqlDay((ASOF - 1) * DAY_MS), ...seasonFor(zeta) }])
    const stored = (await scoreAll(database.db, GOLDEN_MODEL, ASOF)).filter(({ account_id }) => account_id.startsWith('golden'))
    expect(stored.length).toBe(GOLDEN.length)
    for (const [index, golden] of GOLDEN.entries()) {
      const score = stored[index]
      if (golden.zeta !== zeta || score === undefined) continue
      expect(score.points, golden.name).toBeCloseTo(golden.points, 9)
      expect(score.score, golden.name).toBeCloseTo(golden.intent, 9)
      expect(score.breadth, golden.name).toBeCloseTo(golden.breadth, 9)
      expect(score.surge, golden.name).toBeCloseTo(golden.surge, 9)
      expect(score.negative, golden.name).toBeCloseTo(golden.negative, 9)
      expect(Object.keys(score.categories).sort()).toEqual(Object.keys(golden.categories).sort())
      for (const [category, z] of Object.entries(golden.categories)) expect(score.categories[category], golden.name).toBeCloseTo(z, 9)
      expectAddsUp(score)
    }
  }
})

/** A reproducible stream of numbers in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    state ^= state >>> 12
    return (state >>> 0) / 2 ** 32
  }
}

test('200 random accounts score and explain the same in SQL and in TypeScript', async () => {
  const random = randomFrom(7)
  const whole = (below: number) => Math.floor(random() * below)
  const pick = <T>(values: readonly T[]): T => values[whole(values.length)] as T
  const types = [
    ...Object.keys(MODEL.types),
    'Unheard Of',
    'Careers Viewed',
    'Pricing Viewed',
    'Page Viewed',
    'Demo Requested',
    'Content Downloaded',
  ]
  const names = Array.from({ length: 200 }, (_, index) => `random ${String(index).padStart(3, '0')}`)
  const expected = new Map<string, IntentTouch[]>(names.map(name => [name, []]))
  const tables = {
    touch_daily: [] as object[],
    identity_map: [] as object[],
    memberships: [] as object[],
    identifier_traits: [] as object[],
    account_keys: [] as object[],
  }
  for (const name of names) tables.account_keys.push({ kind: 'group_id', value: `g ${name}`, account_id: name, version: 1 })
  // The table has one row a key.
  const keys = new Set<string>()
  for (let index = 0; index < 600; index++) {
    const profileId = `p ${index}`
    const identified = random() < 0.6
    const nodes = [
      { node_type: 'anonymous_id', node: `anon ${index}` },
      ...(identified ? [{ node_type: pick(['user_id', 'email']), node: `known ${index}` }] : []),
    ]
    const isDecisionMaker = identified && random() < 0.3
    const role = isDecisionMaker ? 1.3 : identified ? 1 : 0.4
    const moved = ASOF - whole(300)
    const homes = [
      { account: pick(names), q: 0.9, from: 1, to: moved - 1 },
      { account: pick(names), q: pick([1, 0.9, 0.7]), from: moved, to: 40_000 },
    ]
    for (const node of nodes)
      tables.identity_map.push({ identifier_type: node.node_type, identifier: node.node, profile_id: profileId, version: 1 })
    if (isDecisionMaker)
      tables.identifier_traits.push({
        identifier_type: 'anonymous_id',
        identifier: `anon ${index}`,
        name: pick(['title', 'jobTitle']),
        value: '"Head of data"',
        version: 1,
      })
    for (const [place, { account, q, from, to }] of homes.entries()) {
      tables.memberships.push({
        profile_id: profileId,
        account_id: account,
        rule: place === 0 ? 'group' : 'email_domain',
        certainty: q,
        primary_spans: [[sqlDay(from * DAY_MS), sqlDay(to * DAY_MS)]],
        version: 1,
      })
    }
    for (let count = whole(40); count >= 0; count--) {
      const day = ASOF + 5 - whole(random() < 0.5 ? 40 : 480)
      const hinted = random() < 0.2 ? pick(names) : null
      const touch = touchOf({
        profileId,
        identified,
        role,
        type: pick(types),
        topic: pick(['', '', 'heat', 'solar']),
        day,
        n: 1 + whole(30),
        lastAt: day * DAY_MS + whole(DAY_MS),
      })
      const node = pick(nodes)
      const key = JSON.stringify([node, touch.type, touch.topic, day, hinted])
      if (keys.has(key)) continue
      keys.add(key)
      tables.touch_daily.push(touchRow(touch, { ...node, account_hint: hinted === null ? '' : `g ${hinted}` }))
      const home = homes.find(({ from, to }) => day >= from && day <= to)
      const account = hinted ?? home?.account
      if (account !== undefined) expected.get(account)?.push({ ...touch, q: hinted === null ? (home?.q ?? 1) : 1 })
    }
  }
  expect(tables.touch_daily.length).toBeGreaterThan(5000)
  const { client } = database.db
  for (const [table, stored] of Object.entries(tables)) await insertRows(client, table, stored)
  const season = { s: 0.4, phi: 1.3 }
  await insertRows(client, 'surge_baseline', [{ day: sqlDay((ASOF - 1) * DAY_MS), ...season }])
  const stored = (await scoreAll(database.db, MODEL, ASOF)).filter(({ account_id }) => account_id.startsWith('random'))
  expect(stored.length).toBe(200)
  for (const score of stored) {
    const twin = scoreIntent(MODEL, expected.get(score.account_id) ?? [], ASOF, season)
    expectSame(score, twin)
  }
  expect(
    stored.some(({ surge }) => surge > 1) && stored.some(({ negative }) => negative > 1) && stored.some(({ breadth }) => breadth > 10),
  ).toBe(true)
  expect(stored.some(({ points, reasons }) => points === 0 && reasons.some(([kind]) => kind === 'floor'))).toBe(true)
})

/** `told`: parts are the reasons already. */
function expectSame(score: StoredScore, twin: ReturnType<typeof scoreIntent>, told = false) {
  const close = (a: number, b: number, what: string) =>
    expect(Math.abs(a - b), `${score.account_id} ${what}: ${a} and ${b}`).toBeLessThan(1e-9)
  close(score.points, twin.points, 'points')
  close(score.score, twin.score, 'score')
  close(score.breadth, twin.breadth, 'breadth')
  close(score.surge, twin.surge, 'surge')
  close(score.negative, twin.negative, 'negative')
  expect(score.surge_index === null).toBe(twin.surgeIndex === null)
  close(score.surge_index ?? 0, twin.surgeIndex ?? 0, 'surge index')
  expect([score.people, score.last_touch_at]).toEqual([twin.people, twin.lastTouchAt])
  for (const category of Object.keys(MODEL.categories)) close(score.categories[category] ?? 0, twin.categories[category] ?? 0, category)
  const reasons = told ? twin.parts : topReasons(twin.parts)
  expect(
    score.reasons.map(([kind, profile, type, topic, category, , count, lastAt]) => [kind, profile, type, topic, category, count, lastAt]),
  ).toEqual(
    reasons.map(({ kind, profileId, type, topic, category, count, lastAt }) => [kind, profileId, type, topic, category, count, lastAt]),
  )
  for (const [index, reason] of reasons.entries()) close(score.reasons[index]?.[5] ?? 0, reason.points, `reason ${index}`)
  expectAddsUp(score)
}

test('one account at any date gives what is stored, and nothing for an account that nothing touched', async () => {
  const models = { intent: MODEL, journeys: [] }
  const at = (account: string, day: number) => scoreAt(database.db.reader, models, account, day)
  const stored = (await scoreAll(database.db, MODEL, ASOF)).filter(({ account_id }) => account_id.startsWith('random 04'))
  expect(stored).toHaveLength(10)
  for (const score of stored) {
    const { reasons, ...computed } = await at(score.account_id, ASOF)
    expectSame(score, { ...computed, parts: reasons }, true)
    expect((await at(score.account_id, ASOF - 100)).points).not.toBe(computed.points)
  }
  expect(await at('nobody', ASOF)).toEqual({
    score: 0,
    points: 0,
    categories: {},
    breadth: 0,
    surge: 0,
    surgeIndex: null,
    negative: 0,
    people: 0,
    lastTouchAt: null,
    reasons: [],
  })
})

test('the engine gives what the row types of one account say', async () => {
  const params = { ...scoreParams(MODEL), ...scoreSpan(MODEL, ASOF, ASOF), account_id: 'a' }
  const columns = (query: Parameters<typeof describeQuery>[1]) => describeQuery(database.db.reader, query, params)
  expect(await columns(seenQuery)).toEqual({
    profile_id: 'String',
    q: 'Float64',
    type: 'LowCardinality(String)',
    topic: 'LowCardinality(String)',
    day: 'Int32',
    n: 'UInt32',
    last_at: 'Int64',
  })
  expect(await columns(knownQuery)).toEqual({ profile_id: 'String', identified: 'UInt8', role: 'Float64' })
  expect(await columns(seasonQuery)).toEqual({ s: 'Float64', phi: 'Float64' })
})
