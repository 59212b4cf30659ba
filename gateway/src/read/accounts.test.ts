import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import type { Database } from '../db/open.ts'
import { insertRows, sqlDay, sqlTime } from '../db/query.ts'
import { type AccountPage, type AccountQuery, type AccountSort, listAccounts, listAccountsPlaced, readSummary } from './accounts.ts'
import { daysAgo, type ExampleAccount, insertAccounts, insertPeople, MODELS, NOW } from './rows.fixture.ts'
import { readScore } from './score.ts'
import { DAY_MS } from './times.ts'

function account(accountId: string, name: string, score: number | null, more: Partial<ExampleAccount> = {}): ExampleAccount {
  return {
    accountId,
    name,
    domain: '',
    groupIds: [],
    traits: {},
    place: null,
    score: score === null ? null : { score, points: score / 2, band: score >= 70 ? 'hot' : 'cold', lastTouchAt: daysAgo(100 - score) },
    ...more,
  }
}

// Scores that differ in their last bits, two equal ones, and names that sort differently from their ids.
const ACCOUNTS = [
  account('a_1', 'Beta', 70.1, { domain: 'beta.test', place: { stage: 'evaluate', status: 'active', since: daysAgo(3) } }),
  account('a_2', 'alpha', 70.10000000000001, {
    groupIds: ['grp-alpha'],
    place: { stage: 'consider', status: 'dormant', since: daysAgo(9) },
  }),
  account('a_3', 'Gamma', 0.1 + 0.2),
  account('a_4', 'Émile', 0.1 + 0.2),
  account('a_5', '', null, { groupIds: ['only-a-bot'] }),
]

describe('the account list', () => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await testDatabase()
    await insertAccounts(test.db, ACCOUNTS)
    await insertPeople(test.db, [
      { profileId: 'p_1', accountId: 'a_1', userId: 'u1', anonymousIds: [], traits: {}, since: daysAgo(30) },
      { profileId: 'p_2', accountId: 'a_1', userId: 'u2', anonymousIds: [], traits: {}, since: daysAgo(30), until: daysAgo(10) },
    ])
  })
  afterAll(() => test.close())

  const list = (query: Partial<AccountQuery> = {}) =>
    listAccounts(
      { db: test.db, models: MODELS, now: () => NOW },
      { stage: '', status: '', band: '', q: '', sort: '-score', limit: 50, cursor: undefined, ...query },
    )
  const ids = async (query: Partial<AccountQuery>) => (await list(query)).data.map(({ accountId }) => accountId)

  it('tells each account with its score of the newest day, its stage and who belongs to it now', async () => {
    const { data, nextCursor } = await list()
    expect(nextCursor).toBeNull()
    expect(data.find(({ accountId }) => accountId === 'a_1')).toEqual({
      accountId: 'a_1',
      name: 'Beta',
      domain: 'beta.test',
      label: 'Beta',
      people: 1,
      lastTouchAt: new Date(daysAgo(29.9)).toISOString(),
      intent: {
        score: 70.1,
        points: 35.05,
        band: 'hot',
        change7d: 70.1,
        weekly: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 70.1],
        grade: null,
        confidence: null,
        surge: null,
        percentile: null,
        scoredAt: '2026-11-20T00:00:00.000Z',
        modelVersion: 1,
      },
      journey: {
        model: 'journey5',
        stage: 'evaluate',
        status: 'active',
        since: new Date(daysAgo(3)).toISOString(),
        statusSince: new Date(daysAgo(3)).toISOString(),
      },
    })
  })

  it('gives an account without touches that count the score 0 and no last touch', async () => {
    const [bot] = (await list({ q: 'only-a-bot' })).data
    expect(bot).toMatchObject({
      accountId: 'a_5',
      label: 'only-a-bot',
      name: null,
      intent: { score: 0, points: 0, band: 'cold' },
      lastTouchAt: null,
      journey: { stage: null },
    })
  })

  it('gives every account exactly once, page by page, in every order', async () => {
    const sorts: AccountSort[] = ['-score', 'score', '-change', 'change', 'name', '-name', '-people', 'lastTouchAt', '-since']
    for (const sort of sorts) {
      const whole = await ids({ sort })
      const paged: string[] = []
      let cursor: string | undefined
      do {
        const page = await list({ sort, limit: 2, cursor })
        paged.push(...page.data.map(({ accountId }) => accountId))
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
      expect(paged, sort).toEqual(whole)
      expect(new Set(paged).size, sort).toBe(ACCOUNTS.length)
    }
  })

  it('leads back over the same pages, in every order, and says where each stands', async () => {
    const sorts: AccountSort[] = ['-score', 'score', '-change', 'name', '-name', '-people', 'lastTouchAt', '-since']
    const placed = (query: Partial<AccountQuery>, most?: number) =>
      listAccountsPlaced(
        { db: test.db, models: MODELS, now: () => NOW },
        { stage: '', status: '', band: '', q: '', sort: '-score', limit: 2, cursor: undefined, ...query },
        most,
      )
    const idsOf = ({ data }: AccountPage) => data.map(({ accountId }) => accountId)
    for (const sort of sorts) {
      const first = await placed({ sort })
      const second = await placed({ sort, cursor: first.nextCursor ?? '' })
      const third = await placed({ sort, cursor: second.nextCursor ?? '' })
      expect(
        [first, second, third].map(({ place }) => place?.first),
        sort,
      ).toEqual([1, 3, 5])
      expect(third.place, sort).toEqual({ total: ACCOUNTS.length, isAtLeast: false, first: 5 })
      expect([first.previousCursor, third.nextCursor], sort).toEqual([null, null])
      const backToSecond = await placed({ sort, cursor: third.previousCursor ?? '' })
      expect([idsOf(backToSecond), backToSecond.place?.first, backToSecond.nextCursor], sort).toEqual([idsOf(second), 3, second.nextCursor])
      const backToFirst = await placed({ sort, cursor: backToSecond.previousCursor ?? '' })
      expect(backToFirst, sort).toEqual(first)
    }
    // A page that would not be full on the way back is the first one.
    const odd = await placed({ limit: 1 })
    const wide = await placed({ limit: 4, cursor: odd.nextCursor ?? '' })
    expect(idsOf(await placed({ limit: 4, cursor: wide.previousCursor ?? '' }))).toEqual(await ids({ limit: 4 }))
    // With a filter, the filter's; and what is too far to be counted is not guessed.
    expect((await placed({ band: 'hot' })).place?.total).toBe((await ids({ band: 'hot' })).length)
    const far = await placed({ cursor: (await placed({})).nextCursor ?? '' }, 3)
    expect(far.place).toEqual({ total: 3, isAtLeast: true, first: null })
  })

  it('orders by score, and by name without regard to case', async () => {
    expect(await ids({ sort: '-score' })).toEqual(['a_2', 'a_1', 'a_3', 'a_4', 'a_5'])
    expect(await ids({ sort: 'name' })).toEqual(['a_2', 'a_1', 'a_3', 'a_5', 'a_4'])
    expect(await ids({ sort: '-name' })).toEqual(['a_4', 'a_5', 'a_3', 'a_1', 'a_2'])
  })

  it('tells and orders by the change of a week, which is that of the small line beside it', async () => {
    const { db, close } = await testDatabase()
    try {
      await insertAccounts(db, ACCOUNTS)
      // A week and eleven weeks ago: a_3 fell, a_2 rose less than a_1, who was not there.
      const then = (account_id: string, weeks: number, score: number) => ({
        account_id,
        model: 'intent',
        model_version: 1,
        day: sqlDay(daysAgo(7 * weeks)),
        score,
        points: 1,
        band: 'cold',
        people: 1,
      })
      await insertRows(db.client, 'account_scores', [then('a_2', 1, 60), then('a_2', 11, 5), then('a_2', 12, 99), then('a_3', 1, 20)])
      const page = (sort: AccountSort) =>
        listAccounts({ db, models: MODELS, now: () => NOW }, { stage: '', status: '', band: '', q: '', sort, limit: 50, cursor: undefined })
      const { data } = await page('-change')
      expect(data.map(({ accountId }) => accountId)).toEqual(['a_1', 'a_2', 'a_4', 'a_5', 'a_3'])
      expect((await page('change')).data.map(({ accountId }) => accountId)).toEqual(['a_3', 'a_5', 'a_4', 'a_2', 'a_1'])
      expect(data[1]?.intent.weekly).toEqual([5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 70.10000000000001])
      for (const { intent } of data) expect(intent.change7d).toBe((intent.weekly[11] ?? 0) - (intent.weekly[10] ?? 0))
      expect(data.at(-1)?.intent.change7d).toBeCloseTo(-19.7, 9)
      const [own] = (
        await listAccounts(
          { db, models: MODELS, now: () => NOW },
          { stage: '', status: '', band: '', q: 'Gamma', sort: 'name', limit: 1, cursor: undefined },
        )
      ).data
      expect(own?.intent.change7d).toBeCloseTo(-19.7, 9)
    } finally {
      await close()
    }
  })

  it('filters by stage, status and band, and finds by name or key in any case', async () => {
    expect(await ids({ stage: 'evaluate' })).toEqual(['a_1'])
    expect(await ids({ status: 'dormant' })).toEqual(['a_2'])
    expect(await ids({ band: 'hot' })).toEqual(['a_2', 'a_1'])
    expect(await ids({ q: 'ÉMI' })).toEqual(['a_4'])
    expect(await ids({ q: 'GRP-al' })).toEqual(['a_2'])
    expect(await ids({ q: 'beta.test' })).toEqual(['a_1'])
    expect(await ids({ q: "' OR 1=1 --" })).toEqual([])
  })

  it('shows the last day that was scored to its end, not one that is being written', async () => {
    const tomorrow = await testDatabase()
    try {
      await insertAccounts(tomorrow.db, ACCOUNTS)
      await scoredThrough(tomorrow.db, daysAgo(1))
      const edges = { db: tomorrow.db, models: MODELS, now: () => NOW }
      expect(await readSummary(edges, 'a_1')).toMatchObject({ intent: { score: 1, scoredAt: '2026-11-19T00:00:00.000Z' } })
      expect(await readScore(edges, 'a_1')).toMatchObject({ score: 1, at: '2026-11-19T00:00:00.000Z' })
    } finally {
      await tomorrow.close()
    }
  })

  it('refuses a cursor of another order', async () => {
    const { nextCursor } = await list({ limit: 1 })
    await expect(list({ sort: 'name', cursor: nextCursor ?? '' })).rejects.toThrow('cursor')
  })
})

/** A finished run of the scores job. */
async function scoredThrough({ client }: Database, at: number): Promise<void> {
  const watermark = JSON.stringify({ run: 1, through: Math.floor(at / DAY_MS), model: 'intent@1' })
  // Rows of runs expire: the run was now, whatever day it was of.
  const times = { now: sqlTime(at), started_at: sqlTime(Date.now()), finished_at: sqlTime(Date.now()), duration_ms: 1 }
  await insertRows(client, 'job_runs', [
    { run: 1, job: 'scores', state: 'done', ...times, rows: 0, watermark, fence: 1, holder: 'x', version: 1 },
  ])
}

it('gives 0 to everybody once a run has found nothing but robots', async () => {
  const test = await testDatabase()
  try {
    await insertAccounts(test.db, [account('a_1', 'Robots', null)])
    await scoredThrough(test.db, NOW)
    const edges = { db: test.db, models: MODELS, now: () => NOW }
    const zero = { score: 0, points: 0, band: 'cold', scoredAt: '2026-11-20T00:00:00.000Z' }
    expect(await readSummary(edges, 'a_1')).toMatchObject({ intent: zero })
    const { data } = await listAccounts(edges, { stage: '', status: '', band: '', q: '', sort: '-score', limit: 5, cursor: undefined })
    expect(data[0]).toMatchObject({ intent: zero })
  } finally {
    await test.close()
  }
})

it('shows no score at all before the first scoring', async () => {
  const test = await testDatabase()
  try {
    await insertAccounts(test.db, [account('a_1', 'New', null)])
    const { data } = await listAccounts(
      { db: test.db, models: MODELS, now: () => NOW },
      { stage: '', status: '', band: '', q: '', sort: '-score', limit: 5, cursor: undefined },
    )
    expect(data[0]?.intent).toMatchObject({ score: null, points: null, band: null, scoredAt: null })
  } finally {
    await test.close()
  }
})
