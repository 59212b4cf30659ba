import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertRows, sqlDay, sqlTime } from '../db/query.ts'
import { INTENT, JOURNEY5, ms } from '../model/journey/journey.fixture.ts'
import { readIntervals, readPlaces } from '../model/journey/journeyQueries.ts'
import { runJob } from './job.fixture.ts'
import { stagesJob } from './stages.ts'

let engine: TestDatabase
beforeAll(async () => {
  engine = await testDatabase()
})
afterAll(() => engine.close())

const DERIVED = ['touch_daily', 'memberships', 'identity_map', 'account_keys', 'dirty_accounts', 'stage_current', 'stage_transitions']
beforeEach(async () => {
  for (const table of DERIVED) await engine.db.client.command({ query: `TRUNCATE TABLE ${table}` })
  await insertRows(engine.db.client, 'account_keys', [
    { kind: 'group_id', value: 'acme', account_id: 'a_acme', first_seen_at: sqlTime(0), version: 1, is_deleted: 0 },
  ])
  await insertRows(engine.db.client, 'identity_map', [
    { identifier_type: 'user_id', identifier: 'ana', profile_id: 'p_ana', version: 1, is_deleted: 0 },
  ])
  await member('a_acme', ['1970-01-02', '2200-01-01'])
})

/** The membership that gives Ana's own touches to an account. */
async function member(account: string, span: readonly [string, string] | null, version = 1) {
  const row = {
    profile_id: 'p_ana',
    account_id: account,
    rule: 'domain',
    certainty: 0.9,
    valid_from: sqlTime(0),
    valid_to: '2200-01-01 00:00:00',
    primary_spans: span === null ? [] : [span],
    version,
    is_deleted: 0,
  }
  await insertRows(engine.db.client, 'memberships', [row])
}

async function touched(time: string, type: string, hint = '', version = 1) {
  const at = ms(time)
  const row = {
    account_hint: hint,
    node_type: 'user_id',
    node: 'ana',
    type,
    topic: '',
    day: sqlDay(at),
    n: 1,
    first_at: sqlTime(at),
    last_at: sqlTime(at),
    first_message_id: `${type} ${time}`,
    version,
    is_deleted: 0,
  }
  await insertRows(engine.db.client, 'touch_daily', [row])
}

async function dirty(run: number, account = 'a_acme') {
  await insertRows(engine.db.client, 'dirty_accounts', [{ account_id: account, from_day: '1970-01-02', run }])
}

const place = (now: string, watermark = '', journeys = [JOURNEY5], realTime = ms(now)) =>
  runJob(stagesJob, {
    db: engine.db,
    now: ms(now),
    realTime,
    run: 99,
    watermark,
    models: { intent: INTENT, journeys },
  })

async function told(account = 'a_acme') {
  const intervals = await readIntervals(engine.db.reader, account, JOURNEY5)
  return intervals.map(({ stage, status, enteredAt }) => `${stage}/${status} ${sqlTime(enteredAt)}`)
}

async function count(table: string): Promise<number> {
  const result = await engine.db.client.query({ query: `SELECT count() AS n FROM ${table}`, format: 'JSONEachRow' })
  return (await result.json<{ n: number }>())[0]?.n ?? 0
}

describe('the stages job', () => {
  test('places an account by the touches of its members and by those that name it', async () => {
    await touched('2026-03-01 09:00:00.123', 'Page Viewed')
    await touched('2026-03-02 10:00:00.000', 'Demo Requested', 'acme')
    await dirty(1)
    await place('2026-03-05 12:00:00.000')
    expect(await told()).toEqual(['aware/active 2026-03-01 09:00:00.123', 'evaluate/active 2026-03-02 10:00:00.000'])
    expect(await readPlaces(engine.db.reader, ['a_acme'])).toEqual([
      {
        account_id: 'a_acme',
        model: 'journey5',
        model_version: 1,
        stage: 'evaluate',
        since: ms('2026-03-02 10:00:00.000'),
        status: 'active',
        status_since: ms('2026-03-01 09:00:00.123'),
        is_provisional: 0,
        bad_days: 0,
        rule: 'hand-raise',
        evidence: ['Demo Requested 2026-03-02 10:00:00.000'],
        as_of: '2026-03-05',
      },
    ])
  })

  test('a second run writes nothing, and neither does an account marked dirty without a change', async () => {
    await touched('2026-03-01 09:00:00.000', 'Page Viewed')
    await dirty(1)
    const first = await place('2026-03-05 12:00:00.000')
    expect(first.rows).toBe(2)
    expect(await place('2026-03-05 13:00:00.000', first.watermark)).toEqual({ rows: 0, watermark: first.watermark })
    await dirty(2)
    expect((await place('2026-03-05 13:00:00.000', first.watermark)).rows).toBe(0)
  })

  test('a late event withdraws what it falsifies and edits nothing', async () => {
    await touched('2026-03-05 09:00:00.000', 'Page Viewed')
    await touched('2026-03-06 09:00:00.000', 'Demo Requested')
    await dirty(1)
    const { watermark } = await place('2026-03-10')
    await touched('2026-03-01 08:00:00.000', 'Demo Requested')
    await dirty(2)
    await place('2026-03-10', watermark)
    expect(await told()).toEqual(['evaluate/active 2026-03-01 08:00:00.000'])
    expect(await count('stage_transitions')).toBe(2 + 2 + 1)
  })

  test('what is withdrawn and becomes true again is in force again, under an id that triggers know', async () => {
    await touched('2026-03-05 09:00:00.000', 'Page Viewed')
    await dirty(1)
    const first = await place('2026-03-10')
    const before = await told()
    await member('a_acme', null, 2)
    await dirty(2)
    const second = await place('2026-03-10', first.watermark)
    expect([await told(), await readPlaces(engine.db.reader, ['a_acme'])]).toEqual([[], []])
    expect(await count('stage_current WHERE is_deleted = 1')).toBe(1)
    await member('a_acme', ['1970-01-02', '2200-01-01'], 3)
    await dirty(3)
    await place('2026-03-10', second.watermark)
    expect(await told()).toEqual(before)
    expect(await readPlaces(engine.db.reader, ['a_acme'])).toHaveLength(1)
    const ids = await engine.db.client.query({
      query: `SELECT transition_id AS id FROM stage_transitions WHERE withdraws = '' ORDER BY id`,
      format: 'JSONEachRow',
    })
    const [one, again] = await ids.json<{ id: string }>()
    expect(again?.id).toBe(`${one?.id}.1`)
  })

  test('a threshold move of the open day is provisional and becomes a transition when the day closes', async () => {
    await touched('2026-03-01 09:00:00.000', 'Page Viewed')
    for (const hour of ['09', '10', '11']) await touched(`2026-03-10 ${hour}:00:00.000`, 'Pricing Viewed', '', Number(hour))
    for (const day of ['08', '09']) await touched(`2026-03-${day} 09:00:00.000`, 'Pricing Viewed')
    await dirty(1)
    const { watermark } = await place('2026-03-10 12:00:00.000')
    expect((await readPlaces(engine.db.reader, ['a_acme']))[0]).toMatchObject({ stage: 'evaluate', is_provisional: 1 })
    expect(await count('stage_transitions')).toBe(1)
    const open = await told()
    await place('2026-03-11 00:00:05.000', watermark)
    expect((await readPlaces(engine.db.reader, ['a_acme']))[0]).toMatchObject({ stage: 'evaluate', is_provisional: 0, as_of: '2026-03-11' })
    expect(await count('stage_transitions')).toBe(2)
    expect(await told()).toEqual(open)
  })

  test('silence is told without any new event, once a day', async () => {
    await touched('2026-03-01 09:00:00.000', 'Page Viewed')
    await dirty(1)
    const { watermark } = await place('2026-03-05')
    await place('2026-05-20', watermark)
    expect(await told()).toEqual(['aware/active 2026-03-01 09:00:00.000', 'aware/dormant 2026-05-01 00:00:00.000'])
  })

  test('another version of a model places everybody anew and leaves old rows alone', async () => {
    await touched('2026-03-01 09:00:00.000', 'Page Viewed')
    await dirty(1)
    const { watermark } = await place('2026-03-05')
    const result = await place('2026-03-05', watermark, [{ ...JOURNEY5, version: 2 }])
    expect(result.rows).toBe(2)
    expect(await told()).toEqual(['aware/active 2026-03-01 09:00:00.000'])
    expect((await readPlaces(engine.db.reader, ['a_acme']))[0]).toMatchObject({ model_version: 2 })
  })

  test('an account that exists without a touch has no place', async () => {
    await dirty(1)
    expect((await place('2026-03-05')).rows).toBe(0)
  })
})
