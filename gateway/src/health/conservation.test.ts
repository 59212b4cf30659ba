import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { sqlTime } from '../db/query.ts'
import { loaderBench, rowsAs } from '../ingest/load/loader.fixture.ts'
import { memoryDisk } from '../ingest/spool/disk.fixture.ts'
import { eventRow, TEST_TIME, testFrame } from '../ingest/spool/frame.fixture.ts'
import { testSpool } from '../ingest/spool/spool.fixture.ts'
import { createConservation, lastCheck, lastCheckQuery } from './conservation.ts'
import { HEALTHY } from './facts.fixture.ts'
import type { CheckFacts } from './facts.ts'
import { judgeHealth } from './judge.ts'
import { hoursQuery, segmentsQuery } from './wrongSegments.ts'

const HOUR_MS = 3_600_000

describe('the check of closed hours', () => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await testDatabase()
  })
  afterAll(() => test.close())

  it('fires when a row of events is deleted by hand, says so until it is mended, and is silent before', async () => {
    const bench = loaderBench(test.db)
    const spool = await testSpool({ fs: memoryDisk() })
    const loader = bench.loaderOf(spool)
    const clock = { now: TEST_TIME + 2 * HOUR_MS }
    const told: CheckFacts[] = []
    const conservation = createConservation({
      db: test.db,
      spool,
      loader,
      now: () => clock.now,
      onChecked: check => told.push(check),
    })
    const later = async () => {
      clock.now += 61_000
      await conservation.check()
      return lastCheck(test.db)
    }
    await spool.append(testFrame(['kept-1', 'kept-2', 'lost'], { source: 'web', rejected: 1, deduplicated: 2, suppressed: 1 }))
    await loader.drain()
    // A copy, and an event that waits, are no trouble.
    await spool.append(testFrame(['kept-1'], { source: 'web' }))
    await loader.drain()
    await spool.append(testFrame(['waits'], { source: 'web' }))

    const well = await later()
    expect(well).toMatchObject({ received: 8, missing: 0, doubled: 0, difference: 0, segments: 0, firstWrongHour: 0, told: [] })
    expect(judgeHealth({ ...HEALTHY, checked: { isKnown: true, value: well } }).filter(({ level }) => level !== 'ok')).toEqual([])

    await test.db.client.command({
      query: `ALTER TABLE events DELETE WHERE message_id = 'lost'`,
      clickhouse_settings: { mutations_sync: '2' },
    })
    const wrong = await later()
    expect(wrong).toMatchObject({ missing: 1, doubled: 0, difference: 1, segments: 1, firstWrongHour: TEST_TIME - (TEST_TIME % HOUR_MS) })
    const [finding] = judgeHealth({ ...HEALTHY, checked: { isKnown: true, value: wrong } }).filter(({ level }) => level === 'bad')
    expect(finding).toMatchObject({ check: 'conservation', words: expect.stringMatching(/^1 event .* is gone .*1 segment/) })
    expect(told.map(({ difference, told }) => [difference, told.length])).toEqual([
      [0, 0],
      [1, 1],
    ])

    // Far behind by now: what is known to be wrong stays in view. The same outcome is recorded once an hour.
    clock.now += 30 * 24 * HOUR_MS
    expect(await later()).toMatchObject({ difference: 1, checkedAt: clock.now })
    clock.now += 61_000
    await conservation.checkHourly()
    expect(told).toHaveLength(3)
    clock.now += 2 * HOUR_MS
    expect(await later()).toMatchObject({ difference: 1, checkedAt: clock.now })
    await loader.stop()
  })

  it('names the segments where as many events of an hour are lost as doubled, and confuses nothing else with that', async () => {
    const bench = loaderBench(test.db)
    const spool = await testSpool({ fs: memoryDisk() })
    const hour = TEST_TIME + 120 * HOUR_MS
    const poison = eventRow({ message_id: 'poison', source_id: 'places', received_at: hour, client_seq: 'no number' as unknown as number })
    const loader = bench.loaderOf(spool, { rows: rowsAs([poison]) })
    const frames = { source: 'places', at: hour, rejected: 2, deduplicated: 1, suppressed: 1 }
    const command = (query: string) => test.db.client.command({ query, clickhouse_settings: { mutations_sync: '2' } })
    const load = async (...ids: string[]) => {
      await spool.append(testFrame(ids, frames))
      await loader.drain()
    }
    await load('one-1', 'one-2')
    await load('two-1', 'two-2', 'poison')
    // A copy of an event is a row of its own; one erased is recorded first, here also one whose row is still there.
    await load('one-1', 'erased-1', 'erased-2')
    await command(
      `INSERT INTO removed_events SELECT segment_id, segment_index, source_id, toStartOfHour(received_at), 'r', received_at FROM events WHERE startsWith(message_id, 'erased-')`,
    )
    await command(`ALTER TABLE events DELETE WHERE message_id = 'erased-1'`)
    await command('OPTIMIZE TABLE events FINAL')
    await spool.append(testFrame(['pending'], frames))
    expect(await bench.ask(`SELECT code FROM rejected_events WHERE message_id = 'poison'`)).toEqual([{ code: 'not_storable' }])

    const clock = { now: hour + 2 * HOUR_MS }
    const told: CheckFacts[] = []
    const conservation = createConservation({ db: test.db, spool, loader, now: () => clock.now, onChecked: check => told.push(check) })
    const nextHour = async () => {
      clock.now += HOUR_MS
      await conservation.checkHourly()
      return told.at(-1)
    }
    const ours = (check: CheckFacts | undefined) => check?.told.filter(words => segments.some(({ segment }) => words.startsWith(segment)))
    const segments = await bench.ask<{ segment: string }>(
      `SELECT toString(segment_id) AS segment FROM events WHERE message_id IN ('one-2', 'two-1') ORDER BY message_id`,
    )
    const before = await nextHour()
    expect(ours(before)).toEqual([])

    await command(`ALTER TABLE events DELETE WHERE message_id = 'one-2'`)
    await command(`INSERT INTO events SELECT * FROM events WHERE message_id = 'two-1'`)
    const wrong = await nextHour()
    expect(wrong?.difference).toBe(before?.difference)
    expect(ours(wrong)?.sort()).toEqual(
      [`${segments[0]?.segment}: 1 missing, 0 doubled`, `${segments[1]?.segment}: 0 missing, 1 doubled`].sort(),
    )
    const [finding] = judgeHealth({ ...HEALTHY, checked: { isKnown: true, value: wrong ?? null } }).filter(({ level }) => level === 'bad')
    expect(finding?.words).toMatch(/gone from the tables, and 1 event is there once too often/)

    // In one and the same segment it is seen as well, and it stays in view until it is mended.
    await command(`INSERT INTO events SELECT * FROM events WHERE message_id = 'one-1' AND segment_id = '${segments[0]?.segment}'`)
    clock.now += 26 * HOUR_MS
    const still = await nextHour()
    expect(ours(still)).toContain(`${segments[0]?.segment}: 1 missing, 1 doubled`)
    const stored = `SELECT missing, doubled, told FROM conservation_checks WHERE toUnixTimestamp64Milli(checked_at) = ${clock.now}`
    expect(await bench.ask(stored)).toEqual([{ missing: still?.missing, doubled: still?.doubled, told: still?.told }])
    await command(`ALTER TABLE events DELETE WHERE source_id = 'places'`)
    await command(`ALTER TABLE ingest_counts DELETE WHERE source_id = 'places'`)
    expect(ours(await nextHour())).toEqual([])
    await loader.stop()
  })

  it('takes an erasure on request for none of its business, from the record on until the rows are gone, and still misses what nobody asked for', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const loader = loaderBench(test.db).loaderOf(spool)
    const hour = TEST_TIME + 72 * HOUR_MS
    await spool.append(testFrame(['stays', 'erased-1', 'erased-2'], { source: 'erasure', at: hour }))
    await loader.drain()
    const clock = { now: hour + 2 * HOUR_MS }
    const closed: unknown[] = []
    const told: number[] = []
    const conservation = createConservation({
      db: test.db,
      spool,
      loader,
      now: () => clock.now,
      days: { close: async period => void closed.push(period) },
      onChecked: ({ difference }) => told.push(difference),
    })
    const difference = async () => {
      clock.now += 61_000
      await conservation.check()
      return told.at(-1) ?? Number.NaN
    }
    const before = await difference()
    const command = (query: string) => test.db.client.command({ query, clickhouse_settings: { mutations_sync: '2' } })
    await command(
      `INSERT INTO removed_events SELECT segment_id, segment_index, source_id, toStartOfHour(received_at), 'r', received_at FROM events WHERE startsWith(message_id, 'erased-')`,
    )
    expect(await difference()).toBe(before)
    await command(`ALTER TABLE events DELETE WHERE message_id = 'erased-1'`)
    expect(await difference()).toBe(before)
    await command(`ALTER TABLE events DELETE WHERE message_id = 'erased-2'`)
    expect(await difference()).toBe(before)
    await command(`ALTER TABLE events DELETE WHERE message_id = 'stays'`)
    expect(await difference()).toBe(before + 1)
    expect(closed).toHaveLength(5)
    await loader.stop()
  })

  it('takes no notice of a segment whose load was cut off: it is told by the spool', async () => {
    const fs = memoryDisk()
    const bench = loaderBench(test.db)
    const dying = await testSpool({ fs })
    await dying.append(testFrame(['half'], { source: 'half', at: TEST_TIME + 24 * HOUR_MS }))
    await dying.seal()
    await bench.dieAt(dying, 'mid_insert')
    const spool = await testSpool({ fs })
    const loader = bench.loaderOf(spool)
    const told: CheckFacts[] = []
    const own = { db: test.db, spool, loader, now: () => TEST_TIME + 48 * HOUR_MS, onChecked: (check: CheckFacts) => told.push(check) }
    // Also for a process that does not know of it: the other's spool holds it.
    const strange = { ...own, spool: await testSpool({ fs: memoryDisk() }) }
    await createConservation(own).check()
    await createConservation(strange).check()
    await loader.stop()
    expect(told.map(({ difference }) => difference)).toEqual([1, 1])
  })

  it('looks once when it is asked twice at the same time', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const loader = loaderBench(test.db).loaderOf(spool)
    const told: CheckFacts[] = []
    const conservation = createConservation({
      db: test.db,
      spool,
      loader,
      now: () => TEST_TIME + 48 * HOUR_MS,
      onChecked: check => told.push(check),
    })
    await Promise.all([conservation.check(), conservation.checkHourly()])
    await loader.stop()
    expect(told).toHaveLength(1)
  })

  const AT = sqlTime(TEST_TIME)
  it.each([
    [hoursQuery, { from: AT, to: AT, in_doubt: [] }, 'hour received ended'],
    [segmentsQuery, { from: AT, to: AT, in_doubt: [], hours: [1], segments: [] }, 'segment first_hour missing doubled'],
    [lastCheckQuery, {}, 'checked_at from_hour to_hour received missing doubled difference segments first_wrong_hour told'],
  ] as const)('%o gives the columns that its type says', async (query, params, columns) => {
    const types = await describeQuery(test.db.client, query, params)
    expect(Object.keys(types)).toEqual(columns.split(' '))
    const texts: Record<string, string> = { segment: 'String', told: 'Array(String)' }
    for (const [column, type] of Object.entries(types)) expect(type, column).toMatch(texts[column] ?? /^U?Int\d+$/)
  })
})
