import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertRows, rows, sqlTime } from '../db/query.ts'
import { loadModels } from '../model/load.ts'
import { runJob } from './job.fixture.ts'
import { touchesJob } from './touches.ts'

const DAY = Date.UTC(2026, 2, 2)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

interface TestEvent {
  readonly message_id: string
  readonly type: string
  readonly timestamp: number
  readonly anonymous_id?: string
  readonly user_id?: string
  readonly [column: string]: string | number | undefined
}

let database: TestDatabase
const { intent } = loadModels()
const models = {
  intent: {
    ...intent,
    derive: {
      ...intent.derive,
      pages: [...intent.derive.pages, { touch: 'Comparison Viewed', path: '^/pricing/compare', sources: ['shop'] }],
      topics: [...intent.derive.topics, { path: '^/energy/', topic: 'energy' }],
      search: { ...intent.derive.search, brandTerms: '(?i)waymark' },
    },
  },
  journeys: [],
}

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

/** Stores events as one loaded segment. */
async function load(events: readonly TestEvent[], loadedAt: number): Promise<void> {
  const segment_id = randomUUID()
  const stored = events.map((event, segment_index) => {
    const { timestamp, received_at = timestamp + 1000, ...rest } = event
    return {
      source_id: 'web',
      trust: 'browser',
      path: '',
      ...rest,
      timestamp: sqlTime(timestamp),
      received_at: sqlTime(Number(received_at)),
      segment_id,
      segment_index,
    }
  })
  await insertRows(database.db.client, 'events', stored)
  const received = stored.map(event => event.received_at).sort()
  await insertRows(database.db.client, 'ingest_counts', [
    {
      segment_id,
      source_id: 'web',
      hour: '2026-03-02 00:00:00',
      received: events.length,
      first_received_at: received[0],
      last_received_at: received.at(-1),
      loaded_at: sqlTime(loadedAt),
    },
  ])
}

async function run(watermark = '', run = 1): Promise<string> {
  return (await runJob(touchesJob, { db: database.db, now: DAY, run, watermark, models })).watermark
}

async function empty(...tables: string[]): Promise<void> {
  for (const table of tables) await database.db.client.command({ query: `TRUNCATE TABLE ${table}` })
}

/** Without `version`: a copy that was received earlier but loaded later leaves the replaced row's higher one. */
const content = () => rows(database.db.client, { name: 'test', sql: 'SELECT * EXCEPT version FROM touch_daily FINAL ORDER BY ALL' }, {})
const stored = () => rows(database.db.client, { name: 'test', sql: 'SELECT * FROM touch_daily FINAL ORDER BY ALL' }, {})

test('pages, tracks and screens become touches by the rules of the model', async () => {
  const at = (minutes: number) => DAY + 9 * HOUR + minutes * MINUTE
  const page = (minutes: number, path: string, more: object = {}) => ({
    message_id: `m${minutes}`,
    type: 'page',
    timestamp: at(minutes),
    anonymous_id: 'a',
    path,
    ...more,
  })
  await load(
    [
      page(0, '/', { referrer: 'https://www.google.com/' }),
      page(1, '/pricing'),
      page(2, '/pricing/compare'),
      page(3, '/pricing/compare', { source_id: 'shop' }),
      page(4, '/blog/heat-pumps'),
      page(5, '/energy/x'),
      page(6, '/de/docs/api', { properties: '{"topic":"given"}' }),
      page(7, '/about', { referrer: 'https://www.bing.com/search?q=waymark+cdp' }),
      page(8, '/about', { referrer: 'https://www.bing.com/search?q=cdp' }),
      page(9, '/about', { is_bot: 1 }),
      { message_id: 's', type: 'screen', timestamp: at(10), anonymous_id: 'a' },
      {
        message_id: 'n',
        type: 'track',
        event: 'NPS Submitted',
        properties: '{"score":9}',
        timestamp: at(11),
        anonymous_id: 'a',
        user_id: 'u',
        group_id: 'acme',
      },
      {
        message_id: 'o',
        type: 'track',
        event: 'NPS Submitted',
        properties: '{"score":8}',
        timestamp: at(12),
        anonymous_id: 'a',
        user_id: 'u',
        group_id: 'acme',
      },
      { message_id: 'i', type: 'identify', timestamp: at(13), anonymous_id: 'a', user_id: 'u' },
      { message_id: 'v', type: 'track', event: 'Invoice Paid', timestamp: at(60), user_id: 'u', trust: 'server' },
      page(44, '/late'),
      page(46, '/other', { session_id: '2' }),
      page(47, '/other', { session_id: '3' }),
      page(48, '/other', { session_id: '3' }),
    ],
    DAY,
  )
  await run()
  const touches = await rows<Record<string, never>, { touch: string }>(
    database.db.reader,
    {
      name: 'test',
      sql: "SELECT concat(node, '|', account_hint, '|', type, '|', topic, ' ', toString(n)) AS touch FROM touch_daily FINAL ORDER BY touch",
    },
    {},
  )
  expect(touches.map(({ touch }) => touch)).toEqual([
    'a||Comparison Viewed| 1',
    'a||Documentation Viewed|given 1',
    // Two more views started a visit: they are told as that instead.
    'a||Page Viewed| 3',
    'a||Page Viewed|energy 1',
    'a||Page Viewed|heat-pumps 1',
    'a||Pricing Viewed| 2',
    'a||Screen Viewed| 1',
    'a||Search Arrived| 2',
    'a||Session Started| 3',
    'u|acme|NPS Promoter Submitted| 1',
    'u|acme|NPS Submitted| 2',
    'u||Invoice Paid| 1',
  ])
  await empty('events', 'ingest_counts', 'touch_daily', 'dirty_accounts')
})

test('only views make a visit: not what a server reports, nor a call of the SDK that shows nothing', async () => {
  await load(
    [
      { message_id: 'w', type: 'identify', timestamp: DAY, user_id: 'u', anonymous_id: 'a' },
      { message_id: 'x', type: 'track', event: 'Demo Requested', timestamp: DAY, user_id: 'u' },
      { message_id: 'v', type: 'track', event: 'Invoice Paid', timestamp: DAY, user_id: 'u', trust: 'server' },
    ],
    DAY,
  )
  await run()
  expect(await stored()).toMatchObject([{ type: 'Demo Requested' }, { type: 'Invoice Paid' }])
  await empty('events', 'ingest_counts', 'touch_daily', 'dirty_accounts')
})

const event = fc.record({
  // Half an hour around two midnights, so that sessions cross them and late events bridge gaps.
  timestamp: fc
    .integer({ min: -4, max: 52 })
    .map(hours => DAY + hours * HOUR)
    .chain(base => fc.integer({ min: 0, max: 11 }).map(step => base + step * 5 * MINUTE)),
  anonymous_id: fc.constantFrom('a1', 'a2', 'a3', ''),
  user_id: fc.constantFrom('', '', 'u1', 'u2'),
  type: fc.constantFrom('page', 'page', 'track', 'identify'),
  path: fc.constantFrom('/', '/pricing', '/blog/x'),
  group_id: fc.constantFrom('', '', 'g1'),
  session_id: fc.constantFrom('', '', 's1', 's2'),
  is_bot: fc.constantFrom(0, 0, 0, 0, 0, 1),
})

test('touches do not depend on the order, the batches or the copies in which events came', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { minLength: 5, maxLength: 40 }),
      fc.integer({ min: 1, max: 6 }),
      fc.infiniteStream(fc.nat()),
      async (drawn, size, numbers) => {
        const events = drawn
          .filter(({ anonymous_id, user_id }) => anonymous_id !== '' || user_id !== '')
          .map(
            (fields, index): TestEvent => ({ ...fields, message_id: `m${index}`, event: fields.type === 'track' ? 'Demo Requested' : '' }),
          )
        // A copy may have been received before the one that is loaded first, with another clock.
        const copies = events
          .filter((_, index) => index % 5 === 0)
          .map((copy): TestEvent => ({ ...copy, timestamp: copy.timestamp - 3 * HOUR, received_at: copy.timestamp }))
        const shuffled = [...events, ...copies]
          .map(one => ({ one, key: numbers.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one)
        let watermark = ''
        for (let start = 0; start < shuffled.length; start += size * 3) {
          await load(shuffled.slice(start, start + size * 3), DAY + start * 1000)
          watermark = await run(watermark)
        }
        const incremental = await content()
        await empty('touch_daily')
        await run()
        expect(await content()).toEqual(incremental)
        await empty('events', 'ingest_counts', 'touch_daily', 'dirty_accounts')
      },
    ),
    { numRuns: 4, endOnFailure: true },
  )
})

test('what a new event changes is marked before it is written: accounts by group id and by membership', async () => {
  const { client } = database.db
  await insertRows(client, 'account_keys', [{ kind: 'group_id', value: 'g1', account_id: 'a_hint', version: 1 }])
  await insertRows(client, 'identity_map', [{ identifier_type: 'user_id', identifier: 'u1', profile_id: 'p_1', version: 1 }])
  await insertRows(client, 'memberships', [{ profile_id: 'p_1', account_id: 'a_member', rule: 'group', certainty: 1, version: 1 }])
  await load([{ message_id: 'm', type: 'page', timestamp: DAY, user_id: 'u1', group_id: 'g1' }], DAY)
  const watermark = await run('', 7)
  const marks = () =>
    rows(
      client,
      { name: 'test', sql: 'SELECT account_id, min(from_day) AS from_day FROM dirty_accounts GROUP BY account_id ORDER BY account_id' },
      {},
    )
  expect(await marks()).toEqual([
    { account_id: '', from_day: '2026-03-02' },
    { account_id: 'a_hint', from_day: '2026-03-02' },
    { account_id: 'a_member', from_day: '2026-03-02' },
  ])
  await load([{ message_id: 'i', type: 'identify', timestamp: DAY + HOUR, user_id: 'u1', traits: '{"title":"CEO"}' }], DAY + HOUR)
  await run(watermark, 8)
  expect(await marks()).toEqual([
    { account_id: '', from_day: '2026-03-02' },
    { account_id: 'a_hint', from_day: '1970-01-02' },
    { account_id: 'a_member', from_day: '1970-01-02' },
  ])
})

test('nothing new writes nothing', async () => {
  const watermark = await run()
  expect(await runJob(touchesJob, { db: database.db, now: DAY, run: 2, watermark, models })).toEqual({ rows: 0, watermark })
})

test('a touch that vanished comes back, although the copy that brings it back was received before the others', async () => {
  await empty('events', 'ingest_counts', 'touch_daily', 'dirty_accounts')
  const copies = [
    { path: '/pricing', received_at: DAY + 9 * MINUTE },
    { path: '/blog/x', received_at: DAY + 5 * MINUTE },
    { path: '/pricing', received_at: DAY + MINUTE },
  ]
  let watermark = ''
  for (const [index, copy] of copies.entries()) {
    await load([{ message_id: 'same', type: 'page', timestamp: DAY, anonymous_id: 'a', ...copy }], DAY + index)
    watermark = await run(watermark)
  }
  expect(await stored()).toMatchObject([{ type: 'Pricing Viewed' }, { type: 'Session Started' }])
  await empty('events', 'ingest_counts', 'touch_daily', 'dirty_accounts')
})
