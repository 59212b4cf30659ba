import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertRows, sqlTime } from '../db/query.ts'
import { TurnTaken } from '../db/sharedTurn.ts'
import { createWithoutNamed } from '../ingest/event/neverStored.ts'
import { loaderBench } from '../ingest/load/loader.fixture.ts'
import { countRejected } from '../ingest/request/rejectedList.ts'
import { memoryDisk } from '../ingest/spool/disk.fixture.ts'
import { testSpool } from '../ingest/spool/spool.fixture.ts'
import { SpoolFull } from '../ingest/spool/spoolFull.ts'
import { readStats } from '../ingest/stats.ts'
import { candidatesQuery, type RejectedFilter, START } from './candidates.ts'
import { createReplay } from './replay.ts'
import { keepRejectedFor } from './retention.ts'

const HOUR = Math.floor(Date.now() / 3_600_000 - 24) * 3_600_000
const ALL: RejectedFilter = { source: '', code: '', event: '', from: 0, to: Date.UTC(2200, 0, 1), ids: [] }
let test: TestDatabase
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(() => test.close())

/** One segment of rejected events, as the loader leaves it. */
async function reject(source: string, count: number): Promise<void> {
  const segment_id = randomUUID()
  const row = (segment_index: number) => ({
    source_id: source,
    received_at: sqlTime(HOUR + segment_index),
    index: segment_index,
    message_id: `${source}-${segment_index}`,
    code: 'plan_required',
    path: '/properties/a',
    message: 'is missing',
    raw: JSON.stringify({
      type: 'track',
      event: `Named ${segment_index % 2}`,
      userId: 'u',
      messageId: `${source}-${segment_index}`,
      properties: { kept: 1, secret: 's' },
    }),
    segment_id,
    segment_index,
  })
  await insertRows(
    test.db.client,
    'rejected_events',
    Array.from({ length: count }, (_, index) => row(index)),
  )
  const span = { first_received_at: sqlTime(HOUR), last_received_at: sqlTime(HOUR + count), loaded_at: sqlTime(HOUR) }
  await insertRows(test.db.client, 'ingest_counts', [
    { segment_id, segment_index: 0, source_id: source, hour: HOUR / 1000, received: count, rejected: count, ...span },
  ])
}

async function workbench(source: string) {
  const spool = await testSpool({ fs: memoryDisk() })
  const loader = loaderBench(test.db).loaderOf(spool)
  const of = (append = spool.append, suppressed = '') =>
    createReplay({
      db: test.db,
      spool: { append },
      checkPlan: () => null,
      isSuppressed: ({ messageId }) => messageId === suppressed,
      now: Date.now,
      randomUUID,
    })
  const counts = async () => (await readStats({ db: test.db, spool, loader })).bySource[source]
  return { loader, spool, of, counts, filter: { ...ALL, source } }
}

describe('a replay', () => {
  it('goes page by page from the oldest, by name too, and adds up at every step', async () => {
    await reject('pages', 7)
    const { loader, of, counts, filter } = await workbench('pages')
    const replay = of()
    const first = await replay({ ...filter, event: 'Named 1' }, START, 2)
    expect(first).toMatchObject({ replayed: 2, next: { segment_index: 3 } })
    expect(await counts()).toEqual({ received: 7, stored: 0, pending: 2, deduplicated: 0, rejected: 5, suppressed: 0 })
    expect(await replay({ ...filter, event: 'Named 1' }, first.next ?? START, 2)).toMatchObject({ replayed: 1, next: null })
    const waiting = async () => (await countRejected(test.db, HOUR)).find(({ source_id }) => source_id === 'pages')?.n
    expect(await waiting()).toBe(4)
    expect(await replay(filter, START, 100)).toMatchObject({ replayed: 4, already: 3 })
    expect(await waiting()).toBeUndefined()
    await loader.drain()
    expect(await counts()).toEqual({ received: 7, stored: 7, pending: 0, deduplicated: 0, rejected: 0, suppressed: 0 })
    await loader.stop()
  })

  it('that dies between the disk and its note leaves a copy that counts as one, and loses nothing', async () => {
    await reject('crash', 2)
    const { loader, spool, of, counts, filter } = await workbench('crash')
    const dying = of(async frame => {
      await spool.append(frame)
      throw new Error('killed')
    })
    await expect(dying(filter, START, 10)).rejects.toThrow('killed')
    expect(await counts()).toEqual({ received: 4, stored: 0, pending: 2, deduplicated: 0, rejected: 2, suppressed: 0 })
    expect(await of()(filter, START, 10)).toMatchObject({ replayed: 2, already: 0 })
    await loader.drain()
    expect(await counts()).toEqual({ received: 4, stored: 2, pending: 0, deduplicated: 2, rejected: 0, suppressed: 0 })
    await loader.stop()
  })

  it('that stood still over a page takes none of it in, for another may have begun', async () => {
    await reject('still', 3)
    const { spool, of, counts, filter } = await workbench('still')
    const clock = { at: Date.now() }
    const replay = createReplay({
      db: test.db,
      spool,
      checkPlan: () => {
        clock.at += 20_000
        return null
      },
      isSuppressed: undefined,
      now: () => clock.at,
      randomUUID,
    })
    await expect(replay(filter, START, 10)).rejects.toThrow(TurnTaken)
    expect(await counts()).toMatchObject({ received: 3, pending: 0, rejected: 3 })
    expect(await of()(filter, START, 10)).toMatchObject({ replayed: 3, already: 0 })
  })

  it('of many reads, writes and notes a part at a time, lets others be served, and keeps what it did when the disk is full', async () => {
    await reject('many', 450)
    const { loader, spool, counts, filter } = await workbench('many')
    let [appended, judged, judgedWhenServed] = [0, 0, 0]
    const replay = createReplay({
      db: test.db,
      spool: {
        append: frame => (++appended > 250 ? Promise.reject(new SpoolFull('full', 7)) : spool.append(frame)),
      },
      checkPlan() {
        if (++judged === 1) setImmediate(() => (judgedWhenServed = judged))
        return null
      },
      isSuppressed: undefined,
      now: Date.now,
      randomUUID,
    })
    await expect(replay(filter, START, 2_000)).rejects.toThrow('full')
    expect([appended, judgedWhenServed < 100]).toEqual([400, true])
    expect(await counts()).toMatchObject({ pending: 250, rejected: 200 })
    appended = -1_000
    const rest = await replay(filter, START, 300)
    expect(rest).toMatchObject({ replayed: 50, already: 250, next: { segment_index: 299 } })
    expect(await replay(filter, rest.next ?? START, 150)).toMatchObject({ replayed: 150, already: 0, next: null })
    await loader.stop()
  })

  it('leaves out who must not be stored, and two at once do the work of one', async () => {
    await reject('twice', 3)
    const { loader, spool, of, counts, filter } = await workbench('twice')
    const replay = of(spool.append, 'twice-1')
    const [one, other] = await Promise.all([replay(filter, START, 10), replay(filter, START, 10)])
    expect(one).toMatchObject({ replayed: 2, suppressed: 1 })
    expect(other).toMatchObject({ replayed: 0, already: 2, suppressed: 1 })
    await loader.drain()
    expect(await counts()).toEqual({ received: 3, stored: 2, pending: 0, deduplicated: 0, rejected: 1, suppressed: 0 })
    await loader.stop()
  })

  it('of the same events by two gateways at once counts none of them twice', async () => {
    await reject('gateways', 250)
    const [here, there] = await Promise.all([workbench('gateways'), workbench('gateways')])
    const [one, other] = await Promise.all([here, there].map(({ of, filter }) => of()(filter, START, 1_000)))
    expect([one, other].map(result => result?.replayed).sort()).toEqual([0, 250])
    expect([one, other].map(result => result?.already).sort()).toEqual([0, 250])
    for (const { loader } of [here, there]) await loader.drain()
    expect(await here.counts()).toEqual({ received: 250, stored: 250, pending: 0, deduplicated: 0, rejected: 0, suppressed: 0 })
    for (const { loader } of [here, there]) await loader.stop()
  })

  it('takes out what was set as never stored since, of the envelope nothing', async () => {
    await reject('reduced', 2)
    const { loader, spool, filter } = await workbench('reduced')
    const replay = createReplay({
      db: test.db,
      spool,
      checkPlan: () => null,
      neverStored: () => createWithoutNamed(['secret', 'event']),
      isSuppressed: undefined,
      now: () => HOUR,
      randomUUID,
    })
    expect(await replay(filter, START, 10)).toMatchObject({ replayed: 2 })
    await loader.drain()
    const stored = await test.db.client.query({
      query: "SELECT event, properties FROM events WHERE source_id = 'reduced' ORDER BY event",
      format: 'JSONEachRow',
    })
    expect(await stored.json()).toEqual([
      { event: 'Named 0', properties: '{"kept":1}' },
      { event: 'Named 1', properties: '{"kept":1}' },
    ])
    await loader.stop()
  })

  it('reads rows of the declared type', async () => {
    const time = sqlTime(HOUR)
    const place = { after: time, segment_id: '', segment_index: -1, limit: 1 }
    expect(
      await describeQuery(test.db.client, candidatesQuery, { from: time, to: time, ...place, source: '', code: '', event: '', ids: [] }),
    ).toEqual({
      source_id: 'LowCardinality(String)',
      received_at: 'Int64',
      message_id: 'String',
      code: 'LowCardinality(String)',
      raw: 'String',
      segment_id: 'String',
      segment_index: 'UInt32',
      is_replayed: 'UInt8',
    })
  })
})

it('rejected events are forgotten after the days that were set, and setting them again changes nothing', async () => {
  const rule = async () => {
    const answer = await test.db.client.query({
      query: "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = 'rejected_events'",
      format: 'JSONEachRow',
    })
    return (await answer.json<{ engine_full: string }>())[0]?.engine_full
  }
  const left = async () => {
    await test.db.client.command({ query: 'OPTIMIZE TABLE rejected_events FINAL' })
    const answer = await test.db.client.query({
      query: "SELECT count() AS n FROM rejected_events WHERE source_id = 'old'",
      format: 'JSONEachRow',
    })
    return (await answer.json<{ n: number }>())[0]?.n
  }
  await keepRejectedFor(test.db, 30)
  expect(await rule()).toContain('TTL toDateTime(received_at) + toIntervalDay(30)')
  await reject('old', 3)
  expect(await left()).toBe(3)
  // A day ago is longer than no day.
  await keepRejectedFor(test.db, 0)
  expect(await rule()).toContain('toIntervalDay(0)')
  expect(await left()).toBe(0)
})
