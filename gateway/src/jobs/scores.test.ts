import { afterAll, beforeEach, expect, test } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertRows, rows, sqlDay } from '../db/query.ts'
import { scoreIntent } from '../model/intent/intent.ts'
import { type Band, bandOf } from '../model/intent/intentBands.ts'
import type { IntentTouch } from '../model/intent/intentEvidence.ts'
import { DAY_MS, MODEL, storeAccounts, touchOf, touchRow } from '../model/intent/scoreRows.fixture.ts'
import { seasonParams, seasonsQuery } from '../model/intent/surgeSeason.ts'
import { runJob } from './job.fixture.ts'
import { scoresJob, targetBatches } from './scores.ts'

const TODAY = 20_500

let database: TestDatabase | undefined
beforeEach(async () => {
  await database?.close()
  database = await testDatabase()
})
afterAll(() => database?.close())

function db() {
  if (database === undefined) throw new Error('no database')
  return database.db
}

interface Run {
  readonly run?: number
  readonly day?: number
  readonly watermark?: string
  /** When that is, by default, the day itself. */
  readonly realTime?: number
}

async function run({ run: number = 1, day = TODAY, watermark = '', realTime = day * DAY_MS + 1000 }: Run = {}) {
  return runJob(scoresJob, {
    db: db(),
    now: day * DAY_MS + 1000,
    realTime,
    run: number,
    watermark,
    models: { intent: MODEL, journeys: [] },
  })
}

const mark = (account_id: string, day: number, marked: number) =>
  insertRows(db().client, 'dirty_accounts', [{ account_id, from_day: sqlDay(day * DAY_MS), run: marked }])

/** Everything that the job writes. */
async function stored() {
  const read = (table: string) => rows(db().client, { name: 'test', sql: `SELECT * FROM ${table} FINAL ORDER BY ALL` }, {})
  return { scores: await read('account_scores'), reasons: await read('account_reasons'), seasons: await read('surge_baseline') }
}

async function rebuilt(day = TODAY) {
  for (const table of ['account_scores', 'account_reasons', 'surge_baseline'])
    await db().client.command({ query: `TRUNCATE TABLE ${table}` })
  await run({ run: 100, day })
  return stored()
}

const bands = () =>
  rows<Record<string, never>, { day: string; score: number; band: Band }>(
    db().client,
    {
      name: 'test',
      sql: "SELECT toString(s.day) AS day, score, band FROM account_scores AS s FINAL WHERE account_id = 'acme' ORDER BY s.day",
    },
    {},
  )

const visit = (fields: Partial<IntentTouch> & { day: number }) =>
  touchOf({ profileId: 'ana', identified: true, role: 1, type: 'Demo Requested', n: 1, ...fields })

test('every day from the first touch through today is scored, with bands that hold on', async () => {
  const touches = [
    visit({ day: TODAY - 60 }),
    visit({ day: TODAY - 59, type: 'Meeting Held', n: 2 }),
    visit({ day: TODAY - 20, type: 'Contact Sales Submitted' }),
  ]
  await storeAccounts(db(), new Map([['acme', touches]]))
  await mark('acme', TODAY - 60, 1)
  await run()
  let band: Band | null = null
  const expected = Array.from({ length: 61 }, (_, index) => {
    const day = TODAY - 60 + index
    const { score } = scoreIntent(MODEL, touches, day)
    band = bandOf(score, band, MODEL.bands)
    return { day: sqlDay(day * DAY_MS), score: expect.closeTo(score, 9), band }
  })
  expect(await bands()).toEqual(expected)
  expect(new Set(expected.map(one => one.band)).size).toBeGreaterThan(1)
})

test('days and late touches one by one give the same rows as everything at once', async () => {
  const first = [visit({ day: TODAY - 40 }), visit({ day: TODAY - 12, profileId: 'bob', type: 'Pricing Viewed', n: 4 })]
  await storeAccounts(
    db(),
    new Map([
      ['acme', first],
      ['other', [visit({ day: TODAY - 30, type: 'Page Viewed' })]],
    ]),
  )
  await mark('acme', TODAY - 40, 1)
  await mark('other', TODAY - 30, 1)
  let { watermark } = await run({ run: 1, day: TODAY - 10 })
  watermark = (await run({ run: 2, day: TODAY - 4, watermark })).watermark
  // A month of visits comes late and changes the season of every day since.
  const late = Array.from({ length: 25 }, (_, index) =>
    touchRow(visit({ day: TODAY - 40 + index, profileId: 'eve', type: 'Page Viewed' }), {
      node_type: 'user_id',
      node: `other p${index % 3}`,
    }),
  )
  await insertRows(
    db().client,
    'identity_map',
    [0, 1, 2].map(index => ({ identifier_type: 'user_id', identifier: `other p${index}`, profile_id: `other p${index}`, version: 1 })),
  )
  await insertRows(
    db().client,
    'memberships',
    [0, 1, 2].map(index => ({
      profile_id: `other p${index}`,
      account_id: 'other',
      rule: 'group',
      certainty: 0.9,
      primary_spans: [['1970-01-02', '2299-12-31']],
      version: 1,
    })),
  )
  await insertRows(db().client, 'touch_daily', late)
  await mark('other', TODAY - 40, 3)
  await mark('', TODAY - 40, 3)
  watermark = (await run({ run: 4, day: TODAY, watermark })).watermark
  const incremental = await stored()
  expect(incremental.scores.length).toBe(41 + 41)
  expect(incremental.seasons.length).toBe(40)
  expect(await rebuilt()).toEqual(incremental)
  expect(JSON.parse(watermark)).toEqual({ run: 4, through: TODAY, model: 'intent@1' })
})

test('an account whose touches moved away is forgotten', async () => {
  await storeAccounts(db(), new Map([['acme', [visit({ day: TODAY - 5 })]]]))
  await mark('acme', TODAY - 5, 1)
  const { watermark } = await run()
  expect((await stored()).scores.length).toBe(6)
  await insertRows(db().client, 'memberships', [
    { profile_id: 'acme ana', account_id: 'acme', rule: 'group', certainty: 1, primary_spans: [], version: 2, is_deleted: 1 },
  ])
  await mark('acme', 1, 2)
  await run({ run: 3, watermark })
  expect(await stored()).toMatchObject({ scores: [], reasons: [] })
})

test('nothing dirty on a day that is scored writes nothing', async () => {
  await storeAccounts(db(), new Map([['acme', [visit({ day: TODAY })]]]))
  await mark('acme', TODAY, 1)
  const { watermark } = await run()
  expect(await run({ run: 2, watermark })).toEqual({ rows: 0, watermark })
  // A run as of an earlier day takes nothing back.
  expect(await run({ run: 3, day: TODAY - 3, watermark, realTime: TODAY * DAY_MS })).toEqual({ rows: 0, watermark })
})

test('the season is the share of recent person-days, and how unevenly weeks of a company go', async () => {
  const days = (node: string, ages: readonly number[]) =>
    ages.map(age => touchRow(visit({ day: TODAY - age, type: 'Page Viewed' }), { node_type: 'user_id', node }))
  // As of TODAY: 4 recent person-days; 8 base ones, 6 of them of one person in one week.
  await insertRows(db().client, 'touch_daily', [
    ...days('a', [0, 1, 2, 20]),
    ...days('b', [21, 22, 23, 24, 25, 26]),
    ...days('a', [50, 104]),
  ])
  await insertRows(db().client, 'touch_daily', [
    touchRow(visit({ day: TODAY, type: 'Email Delivered' }), { node_type: 'user_id', node: 'c' }),
  ])
  const seasons = await rows(db().client, seasonsQuery, { ...seasonParams(MODEL), from_day: TODAY, to_day: TODAY })
  const variance = (36 + 1 + 1 - (36 + 4) / 12) / 11
  expect(seasons).toEqual([
    { day: sqlDay(TODAY * DAY_MS), s: Math.round(100 * (5 / 3 / (12 / 12))) / 100, phi: Math.round((100 * variance) / (8 / 12)) / 100 },
  ])
  expect(await describeQuery(db().client, seasonsQuery, { ...seasonParams(MODEL), from_day: TODAY, to_day: TODAY })).toEqual({
    day: 'String',
    s: 'Float64',
    phi: 'Float64',
  })
})

test('a batch holds as many account-days as one statement can carry', () => {
  const targets = Array.from({ length: 300 }, (_, index) => ({ account_id: `a${String(index).padStart(3, '0')}`, from_day: TODAY - 449 }))
  expect(targetBatches(targets, TODAY)).toEqual([
    { first_account: 'a000', last_account: 'a221', from: TODAY - 449 },
    { first_account: 'a222', last_account: 'a299', from: TODAY - 449 },
  ])
})

test('a look ahead is taken back by the next run of the present, which then goes on as before', async () => {
  const ahead = await run({ run: 50, day: TODAY + 300, realTime: TODAY * DAY_MS })
  const present = await run({ run: 51, day: TODAY, watermark: ahead.watermark, realTime: TODAY * DAY_MS })
  expect(JSON.parse(present.watermark)).toMatchObject({ through: TODAY })
  const next = await run({ run: 52, day: TODAY + 1, watermark: present.watermark })
  expect(JSON.parse(next.watermark)).toMatchObject({ through: TODAY + 1 })
})
