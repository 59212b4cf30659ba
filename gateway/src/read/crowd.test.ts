import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase, testEngine } from '../../../test/engine.ts'
import { patientReader, READER_TURNS } from '../db/patientReader.ts'
import { rows } from '../db/query.ts'
import { PINNED_SETTINGS } from '../db/settings.ts'
import { TooBusy } from '../db/turns.ts'
import { ACME, insertExample } from './example.fixture.ts'
import { MODELS, NOW } from './rows.fixture.ts'
import { createReader } from './warehouseReader.ts'

let shared: TestDatabase
beforeAll(async () => {
  shared = await testDatabase()
  await insertExample(shared.db)
})
afterAll(() => shared.close())

function openClient(): ClickHouseClient {
  const { url, reader: user } = testEngine()
  return createClient({
    url,
    database: shared.db.name,
    ...user,
    clickhouse_settings: { ...PINNED_SETTINGS, cancel_http_readonly_queries_on_client_close: 1 },
    max_open_connections: 100,
    log: { level: ClickHouseLogLevel.OFF },
  })
}

test('a hundred people who look at an account at the same time are all answered', async () => {
  // Ten seconds are enough but on a machine that does much else; what is looked at here is not the time.
  const client = openClient()
  const patient = patientReader(client, { ...READER_TURNS, patienceMs: 120_000 })
  const reader = createReader({ db: { ...shared.db, reader: patient }, models: MODELS, now: () => NOW })
  const looks = await Promise.all(Array.from({ length: 100 }, () => reader.account(ACME.accountId)))
  expect(new Set(looks.map(account => account?.label))).toEqual(new Set([ACME.name]))
  await client.close()
})

test('many queries at a time through the reader of a database are all answered', async () => {
  const short = { name: 'test', sql: 'SELECT sleep(0.05) AS slept' }
  const answers = await Promise.all(Array.from({ length: 60 }, () => rows(shared.db.reader, short, {})))
  expect(answers.flat()).toHaveLength(60)
})

const slow = { name: 'test', sql: 'SELECT sleepEachRow(0.05) FROM numbers(200) SETTINGS max_block_size = 1' }
/** As long as it takes until all have asked. */
const brief = { name: 'test', sql: 'SELECT sleepEachRow(0.05) FROM numbers(20) SETTINGS max_block_size = 1' }
const quick = { name: 'test', sql: 'SELECT 1 AS one' }

test('who does not get a turn is told so, and one who hangs up gives the turn to the next', async () => {
  const reader = patientReader(shared.db.reader, { atOnce: 1, patienceMs: 50 })
  const hangUp = new AbortController()
  const first = rows(reader, slow, {}, { signal: hangUp.signal })
  await expect(rows(reader, quick, {})).rejects.toThrow(TooBusy)
  hangUp.abort()
  await expect(first).rejects.toThrow(/abort/i)
  expect(await rows(reader, quick, {})).toEqual([{ one: 1 }])
})

test('a query that fails, and an answer that is read as a stream, give their turns back', async () => {
  const reader = patientReader(shared.db.reader, { atOnce: 1, patienceMs: 5_000 })
  await expect(rows(reader, { name: 'test', sql: 'SELECT nothing_like_it' }, {})).rejects.toThrow(/nothing_like_it/)
  const result = await reader.query({ query: 'SELECT 1 AS one', format: 'JSONEachRow' })
  for await (const _ of result.stream());
  expect(await (await reader.query({ query: 'SELECT 1', format: 'TabSeparated' })).text()).toBe('1\n')
  const unread = await reader.query({ query: 'SELECT 1', format: 'TabSeparated' })
  unread.close()
  expect(await rows(reader, quick, {})).toEqual([{ one: 1 }])
})

test('readers of several processes wait for each other, and where that takes too long the engine’s own refusal says the same', async () => {
  // Two processes on one folder: none knows of the other's queries, and the engine runs sixteen of both.
  const two = [openClient(), openClient()]
  const crowd = (clock: () => number, signal: AbortSignal) =>
    two.flatMap(client => {
      const reader = patientReader(client, { ...READER_TURNS, patienceMs: 60_000 }, clock)
      return Array.from({ length: READER_TURNS.atOnce }, () => rows(reader, brief, {}, { signal }))
    })
  const patient = await Promise.allSettled(crowd(() => 0, new AbortController().signal))
  expect(patient.filter(({ status }) => status === 'rejected')).toEqual([])

  // An engine that has much to do takes long to refuse.
  let at = 0
  const hangUp = new AbortController()
  const hurried = crowd(() => (at += 20_000), hangUp.signal)
  const refused = new Promise(resolve => {
    for (const one of hurried) one.catch(resolve)
  })
  expect(await refused).toBeInstanceOf(TooBusy)
  hangUp.abort()
  await Promise.allSettled(hurried)
  await Promise.all(two.map(client => client.close()))
})
