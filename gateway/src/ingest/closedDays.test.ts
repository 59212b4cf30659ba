import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { rows, sqlFile, sqlTime } from '../db/query.ts'
import { createClosedDays, daysQuery, entriesQuery } from './closedDays.ts'
import { copiesQuery, countDays, countsQuery, DAY_MS } from './dayCounts.ts'
import { type LoaderBench, loaderBench } from './load/loader.fixture.ts'
import { memoryDisk } from './spool/disk.fixture.ts'
import { testFrame } from './spool/frame.fixture.ts'
import { testSpool } from './spool/spool.fixture.ts'
import { createStats, type IngestCounts } from './stats.ts'

/** The console's question, which the kept days answer. */
const lastEvents = sqlFile<{ lately: string }, { source_id: string; last_received_at: number }>('source_last_events')

const DAY = Date.UTC(2026, 2, 1)
const at = (day: number, hour = 12) => DAY + day * DAY_MS + hour * 3_600_000

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterEach(async () => {
  for (const table of ['events', 'rejected_events', 'ingest_counts', 'ingest_days', 'removed_events']) {
    await database.db.client.command({ query: `TRUNCATE TABLE ${table}` })
  }
})
afterAll(() => database.close())

/** A gateway's counting over an empty warehouse, on its tenth day. */
async function counting() {
  const { db } = database
  const bench: LoaderBench = loaderBench(db)
  const spool = await testSpool({ fs: memoryDisk() })
  const loader = bench.loaderOf(spool)
  const asked: string[] = []
  const days = createClosedDays({ db: { ...db, reader: listening(db.reader, asked) }, spool, now: () => at(10) })
  const stats = createStats({ db: { ...db, reader: listening(db.reader, asked) }, spool, loader, days })
  return {
    spool,
    loader,
    asked,
    days,
    stats,
    bench,
    async load(ids: readonly string[], when: number, more: { rejected?: number; deduplicated?: number; suppressed?: number } = {}) {
      await spool.append(testFrame([...ids], { source: 'web', at: when, ...more }))
      await loader.drain()
    },
    /** All of history, and what was counted in the tables for it. */
    async look(): Promise<{ counts: IngestCounts | undefined; counted: string[] }> {
      asked.length = 0
      const counts = (await stats()).bySource.web
      if (counts !== undefined) expectConserved(counts)
      return { counts, counted: asked.filter(query => /stats_(counts|copies)/.test(query)) }
    },
  }
}

describe('days that are over', () => {
  it('are counted once: the next look reads what is kept, and says the same', async () => {
    const { load, look, loader } = await counting()
    await load(['a', 'b'], at(0), { rejected: 1, deduplicated: 2, suppressed: 1 })
    await load(['b', 'c'], at(3))
    const first = await look()
    const again = await look()
    expect(first.counts).toEqual({ received: 8, stored: 3, pending: 0, deduplicated: 3, rejected: 1, suppressed: 1 })
    expect(again.counts).toEqual(first.counts)
    // Before the first day and from today on nothing is there; of what is kept no row of events is read.
    expect(again.counted.filter(query => !query.endsWith('rows 0'))).toEqual([])
    expect(first.counted.some(query => query.startsWith('stats_copies'))).toBe(true)
    await loader.stop()
  })

  it('are not gone through one by one where nothing was received: a clock that once stood in 1970 costs nobody half a century', async () => {
    const { load, look, asked, loader } = await counting()
    await load(['a'], Date.UTC(1971, 0, 1))
    await load(['b'], at(3))
    expect((await look()).counts).toMatchObject({ received: 2, stored: 2 })
    expect(asked.length).toBeLessThan(100)
    expect((await look()).counts).toMatchObject({ received: 2, stored: 2 })
    await loader.stop()
  })

  it('are counted anew when an event of theirs arrives late, also one that makes a later day’s the copy', async () => {
    const { load, look, loader } = await counting()
    await load(['late', 'b'], at(5))
    expect((await look()).counts).toMatchObject({ received: 2, stored: 2, deduplicated: 0 })
    await load(['late'], at(2))
    const after = await look()
    expect(after.counts).toMatchObject({ received: 3, stored: 2, deduplicated: 1 })
    expect(after.counted.some(query => query.startsWith('stats_copies'))).toBe(true)
    await loader.stop()
  })

  it('stay exact while a part of them waits on the disk', async () => {
    const { load, look, loader, spool } = await counting()
    await load(['a'], at(1))
    await look()
    await spool.append(testFrame(['a', 'waits'], { source: 'web', at: at(1, 13) }))
    expect((await look()).counts).toMatchObject({ received: 3, stored: 1, pending: 2, deduplicated: 0 })
    await loader.drain()
    expect((await look()).counts).toMatchObject({ received: 3, stored: 2, pending: 0, deduplicated: 1 })
    await loader.stop()
  })

  it('are not closed while they do not add up: what is lost shows, and what comes back too', async () => {
    const { load, loader, stats } = await counting()
    await load(['kept', 'lost'], at(1))
    await erase('lost')
    for (let look = 0; look < 2; look++) {
      expect((await stats()).bySource.web).toMatchObject({ received: 2, stored: 1, deduplicated: 0, suppressed: 0 })
    }
    await database.db.client.command({
      query: `INSERT INTO events SELECT * REPLACE ('lost' AS message_id) FROM (SELECT * FROM events WHERE message_id = 'kept')`,
    })
    expect((await stats()).bySource.web).toMatchObject({ received: 2, stored: 2 })
    await loader.stop()
  })

  it('count what is erased on request as suppressed, from the moment it is written down, also of a day that was closed', async () => {
    const { load, look, loader } = await counting()
    await load(['kept', 'gone', 'gone'], at(1))
    expect((await look()).counts).toMatchObject({ received: 3, stored: 2, deduplicated: 1, suppressed: 0 })
    // Twice, as by two requests that touch the same event.
    for (const removal of ['r_1', 'r_2']) {
      await database.db.client.command({
        query: `INSERT INTO removed_events SELECT segment_id, segment_index, source_id, toStartOfHour(received_at), '${removal}', toDateTime64('2026-03-11 00:00:00', 3) FROM events WHERE message_id = 'gone'`,
      })
    }
    const erased = { received: 3, stored: 1, pending: 0, deduplicated: 0, rejected: 0, suppressed: 2 }
    expect((await look()).counts).toEqual(erased)
    await erase('gone')
    expect((await look()).counts).toEqual(erased)
    await loader.stop()
  })

  it('find copies up to thirty days back, and no further, whatever the period', async () => {
    const { load, loader, bench } = await counting()
    await load(['month', 'old'], at(-31, 23))
    await load(['old'], at(0, 1))
    await load(['month'], at(-1, 1))
    await load(['month'], at(0, 2))
    const { reader } = bench.db
    const all = { from: at(-40, 0), to: at(9, 0) }
    const whole = await countDays({ reader, inDoubt: [] }, all)
    const inParts = await countDays({ reader, inDoubt: [], mostIds: 1 }, all)
    const byDay = await Promise.all(whole.map(({ day }) => countDays({ reader, inDoubt: [] }, { from: day, to: day + DAY_MS })))
    expect(whole.map(({ stored, deduplicated }) => [stored, deduplicated])).toEqual([
      [2, 0],
      [0, 1],
      [1, 1],
    ])
    expect(inParts).toEqual(whole)
    expect(byDay.flat()).toEqual(whole)
    await loader.stop()
  })
})

describe('when a source last sent', () => {
  /** With the days' counts as they are kept, and without reading one that they stand for. */
  async function last(): Promise<Record<string, string>> {
    const found = await rows(database.db.reader, lastEvents, { lately: sqlTime(at(9)) })
    return Object.fromEntries(found.map(({ source_id, last_received_at }) => [source_id, sqlTime(last_received_at)]))
  }

  it('is right for one that was silent for long, from its day’s count alone; for one that sends now; and for late events of a counted day', async () => {
    const { load, days, loader, spool, bench } = await counting()
    await load(['silent'], at(-200, 7) + 1234)
    await spool.append(testFrame(['rejected only'], { source: 'crm', at: at(2, 8), rejected: 1 }))
    await loader.drain()
    const counted = { web: sqlTime(at(-200, 7) + 1234), crm: sqlTime(at(2, 8)) }
    expect(await last()).toEqual(counted)
    await days.close({ from: 0, to: at(10) })
    expect(await last()).toEqual(counted)
    await database.db.client.command({ query: 'TRUNCATE TABLE ingest_counts' })
    expect(await last()).toEqual(counted)

    await loader.stop()
    const later = bench.loaderOf(spool, { now: () => at(10) })
    await spool.append(testFrame(['late'], { source: 'crm', at: at(2, 9) }))
    await spool.seal()
    await spool.append(testFrame(['now'], { source: 'web', at: at(10) }))
    await later.drain()
    await later.stop()
    expect(await last()).toEqual({ web: sqlTime(at(10)), crm: sqlTime(at(2, 9)) })
  })
})

describe('a look at the statistics', () => {
  it('ends when nobody waits for it any more, and not before', async () => {
    const { load, loader, stats } = await counting()
    await load(['a'], at(1))
    const [one, other] = [new AbortController(), new AbortController()]
    const first = stats({}, one.signal)
    const second = stats({}, one.signal)
    const third = stats({}, other.signal)
    one.abort(new Error('gone'))
    await expect(first).rejects.toThrow()
    expect((await third).bySource.web).toMatchObject({ stored: 1 })
    await second
    // The next one is a look of its own.
    expect((await stats()).bySource.web).toMatchObject({ stored: 1 })
    await loader.stop()
  })

  it('asks with the rights and limits of readers', async () => {
    const { load, loader, spool, bench, days } = await counting()
    await load(['a'], at(1))
    const client = new Proxy(bench.db.client, {
      get(target, property) {
        if (property === 'query') throw new Error('asked with full rights')
        const value: unknown = Reflect.get(target, property, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const stats = createStats({ db: { ...bench.db, client }, spool, loader, days })
    expect((await stats()).bySource.web).toMatchObject({ stored: 1 })
    await loader.stop()
  })
})

it.each([
  [entriesQuery, { from: sqlTime(DAY), to: sqlTime(DAY) }, 'day entries'],
  [
    daysQuery,
    { from: sqlTime(DAY), to: sqlTime(DAY) },
    'day source_id entries received deduplicated rejected suppressed stored version last_received_at',
  ],
  [
    countsQuery,
    { from: sqlTime(DAY), to: sqlTime(DAY), in_doubt: [] },
    'day source_id received deduplicated rejected suppressed present erased last_received_at',
  ],
  [copiesQuery, { from: sqlTime(DAY), to: sqlTime(DAY), back_to: sqlTime(DAY), in_doubt: [], parts: 1, part: 0 }, 'day source_id copies'],
] as const)('%o gives the columns that its type says', async (query, params, columns) => {
  const types = await describeQuery(database.db.client, query, params)
  expect(Object.keys(types)).toEqual(columns.split(' '))
  for (const [column, type] of Object.entries(types)) {
    expect(type, column).toMatch(column === 'source_id' ? /^LowCardinality\(String\)$/ : /^U?Int\d+$/)
  }
})

async function erase(messageId: string): Promise<void> {
  await database.db.client.command({
    query: `ALTER TABLE events DELETE WHERE message_id = '${messageId}'`,
    clickhouse_settings: { mutations_sync: '2' },
  })
}

function expectConserved({ received, stored, pending, deduplicated, rejected, suppressed }: IngestCounts): void {
  expect(stored + pending + deduplicated + rejected + suppressed).toBe(received)
}

/** The client; names of the queries that pass are noted, with the number of rows that came. */
function listening<C extends TestDatabase['db']['reader']>(client: C, asked: string[]): C {
  return new Proxy(client, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target)
      if (typeof value !== 'function') return value
      if (property !== 'query') return value.bind(target)
      return async (given: { clickhouse_settings?: { log_comment?: string } }) => {
        const result = await value.call(target, given)
        const json = result.json.bind(result)
        return {
          json: async () => {
            const found = (await json()) as unknown[]
            asked.push(`${given.clickhouse_settings?.log_comment} rows ${found.length}`)
            return found
          },
        }
      }
    },
  })
}
