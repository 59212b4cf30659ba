import { ClickHouseError } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../test/engine.ts'
import { memoryDisk } from '../spool/disk.fixture.ts'
import { countRow, eventRow, hourOf, rejectedRow, TEST_TIME, testFrame } from '../spool/frame.fixture.ts'
import { testSpool } from '../spool/spool.fixture.ts'
import type { Spool } from '../spool/spool.ts'
import { readStats } from '../stats.ts'
import type { LoadPoint } from './loadBatch.ts'
import { type LoaderBench, loaderBench, rowsAs } from './loader.fixture.ts'
import { type RowSource, rowsHere } from './rows/rowSource.ts'
import { RowsNotMade } from './rows/rowsNotMade.ts'

const shared: { database?: TestDatabase } = {}
const bench = (): LoaderBench => {
  if (shared.database === undefined) throw new Error('no database')
  return loaderBench(shared.database.db)
}

beforeAll(async () => {
  shared.database = await testDatabase()
})
afterAll(async () => {
  await shared.database?.close()
})

describe('the loader', () => {
  it('brings a frame into the tables with its place, its counts last, and forgets the file', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs })
    await spool.append(testFrame(['a-1', 'a-2'], { rejected: 1, deduplicated: 2, source: 'a' }))
    await spool.append(testFrame(['a-3'], { at: TEST_TIME + 5000, source: 'a' }))
    const loader = bench().loaderOf(spool)
    await loader.drain()
    await loader.stop()
    expect(fs.files()).toEqual([])
    expect(
      await bench().ask(
        `SELECT message_id, segment_index, toUnixTimestamp64Milli(received_at) AS at FROM events WHERE source_id = 'a' ORDER BY segment_index`,
      ),
    ).toEqual([
      { message_id: 'a-1', segment_index: 0, at: TEST_TIME },
      { message_id: 'a-2', segment_index: 1, at: TEST_TIME },
      { message_id: 'a-3', segment_index: 2, at: TEST_TIME + 5000 },
    ])
    expect(await bench().ask(`SELECT code, segment_index FROM rejected_events WHERE source_id = 'a'`)).toEqual([
      { code: 'test', segment_index: 0 },
    ])
    expect(
      await bench().ask(`SELECT received, deduplicated, rejected, suppressed, toUnixTimestamp(hour) * 1000 AS hour, toUnixTimestamp64Milli(first_received_at) AS first,
        toUnixTimestamp64Milli(last_received_at) AS last, toUnixTimestamp64Milli(loaded_at) AS loaded FROM ingest_counts WHERE source_id = 'a'`),
    ).toEqual([
      {
        received: 6,
        deduplicated: 2,
        rejected: 1,
        suppressed: 0,
        hour: hourOf(TEST_TIME),
        first: TEST_TIME,
        last: TEST_TIME + 5000,
        loaded: TEST_TIME,
      },
    ])
  })

  it('keeps every column of a row', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const row = eventRow({
      message_id: 'full-1',
      source_id: 'full',
      trust: 'server',
      type: 'page',
      anonymous_id: 'ä "quoted" \\ \n\u0000 🙂',
      user_id: 'u',
      group_id: 'g',
      session_id: 's',
      client_seq: 4294967295,
      timestamp: 1,
      original_timestamp: 2,
      sent_at: 3,
      clock_offset_ms: -5,
      url: 'https://a.test/',
      country: 'DE',
      is_bot: 1,
      bot_reason: 'headless',
      properties: '{"a":[1,{"b":null}]}',
      traits: '{"t":1}',
      context: '{"c":1}',
      consent: '{}',
      campaign_id: 'c',
      click_id: 'k',
    })
    await spool.append(testFrame([row.message_id], { source: 'full' }))
    const loader = bench().loaderOf(spool, { rows: rowsAs([row]) })
    await loader.drain()
    await loader.stop()
    const [found] = await bench().ask<Record<string, unknown>>(`SELECT * EXCEPT (segment_id, segment_index)
      REPLACE (toUnixTimestamp64Milli(timestamp) AS timestamp, toUnixTimestamp64Milli(original_timestamp) AS original_timestamp,
      toUnixTimestamp64Milli(sent_at) AS sent_at, toUnixTimestamp64Milli(received_at) AS received_at) FROM events WHERE source_id = 'full'`)
    expect(found).toEqual(row)
  })

  it('loads a segment that spans the turn of a month', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const march = Date.UTC(2026, 2, 1)
    await spool.append(testFrame(['month-1'], { at: march - 1, source: 'month' }))
    await spool.append(testFrame(['month-2'], { at: march, source: 'month' }))
    const loader = bench().loaderOf(spool)
    await loader.drain()
    await loader.stop()
    expect(await bench().stored('month-')).toEqual({ 'month-1': 1, 'month-2': 1 })
    // Whichever row a job sees, it knows the whole span.
    const spans = await bench().ask<{ first: number; last: number }>(
      `SELECT toUnixTimestamp64Milli(first_received_at) AS first, toUnixTimestamp64Milli(last_received_at) AS last FROM ingest_counts WHERE source_id = 'month'`,
    )
    expect(spans).toEqual([
      { first: march - 1, last: march },
      { first: march - 1, last: march },
    ])
  })

  const points: LoadPoint[] = ['mid_insert', 'before_counts', 'after_insert_before_unlink', 'after_unlink']
  it.each(points)('loads everything once when the process dies at %s', async point => {
    const fs = memoryDisk()
    const source = `die-${point}`
    const spool = await testSpool({ fs })
    await spool.append(testFrame([`${source}-1`, `${source}-2`], { rejected: 1, source }))
    await spool.seal()
    await bench().dieAt(spool, point)
    await bench().loadAgain(fs)
    expect(await bench().stored(source)).toEqual({ [`${source}-1`]: 1, [`${source}-2`]: 1 })
    expect(await bench().ask(`SELECT count() AS n FROM rejected_events WHERE source_id = '${source}'`)).toEqual([{ n: 1 }])
    expect(await bench().ask(`SELECT sum(received) AS received, count() AS rows FROM ingest_counts WHERE source_id = '${source}'`)).toEqual(
      [{ received: 3, rows: 1 }],
    )
    expect(fs.files()).toEqual([])
  })

  it('inserts only the rows that are missing of a segment that is partly in', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs })
    await spool.append(testFrame(['part-1', 'part-2', 'part-3'], { source: 'part' }))
    await spool.seal()
    const uuid = spool.sealed()[0]?.uuid
    const second = eventRow({ message_id: 'part-2', source_id: 'part' })
    await bench().db.client.insert({
      table: 'events_in',
      values: [{ segment_id: uuid, segment_index: 1, ...second }],
      format: 'JSONEachRow',
    })
    await bench().loadAgain(fs)
    expect(await bench().stored('part-')).toEqual({ 'part-1': 1, 'part-2': 1, 'part-3': 1 })
  })

  it('would insert twice if it did not look first', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs })
    await spool.append(testFrame(['blind-1'], { source: 'blind' }))
    await spool.seal()
    await bench().dieAt(spool, 'mid_insert')
    const again = await testSpool({ fs })
    const trusting: Spool = { ...again, sealed: () => again.sealed().map(segment => ({ ...segment, isInDoubt: () => false })) }
    const loader = bench().loaderOf(trusting)
    loader.start()
    await loader.snapshot(async () => undefined)
    await loader.stop()
    expect(await bench().stored('blind-')).toEqual({ 'blind-1': 2 })
  })

  it('sets aside a row that the engine will not take, stores the rest, and the counts still add up', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const rows = Array.from({ length: 40 }, (_, index) => eventRow({ message_id: `poison-${index}`, source_id: 'poison' }))
    const bad = rows.map((row, index) => (index === 17 ? { ...row, client_seq: 'many' as unknown as number } : row))
    await spool.append(
      testFrame(
        rows.map(({ message_id }) => message_id),
        { source: 'poison' },
      ),
    )
    const loader = bench().loaderOf(spool, { rows: rowsAs(bad) })
    await loader.drain()
    expect(Object.keys(await bench().stored('poison-'))).toHaveLength(39)
    const [kept] = await bench().ask<{ code: string; message_id: string; message: string; raw: string }>(
      `SELECT code, message_id, message, raw FROM rejected_events WHERE source_id = 'poison'`,
    )
    expect(kept).toMatchObject({ code: 'not_storable', message_id: 'poison-17' })
    expect(kept?.message).not.toBe('')
    expect(JSON.parse(kept?.raw ?? '')).toMatchObject({ message_id: 'poison-17', client_seq: 'many' })
    const stats = (await readStats({ db: bench().db, spool, loader })).bySource.poison
    await loader.stop()
    expect(stats).toEqual({ received: 40, stored: 39, pending: 0, deduplicated: 0, rejected: 1, suppressed: 0 })
  })

  it.each(['before_counts', 'after_insert_before_unlink'] as const)('rejects such a row once when the process dies at %s', async point => {
    const fs = memoryDisk()
    const source = `again-${point}`
    const spool = await testSpool({ fs })
    const rows = [
      eventRow({ message_id: `${source}-1`, source_id: source }),
      eventRow({ message_id: `${source}-2`, source_id: source, is_bot: 'x' as unknown as 0 }),
    ]
    await spool.append(testFrame([`${source}-1`, `${source}-2`], { source }))
    await spool.seal()
    await bench().dieAt(spool, point, { rows: rowsAs(rows) })
    await bench().loadAgain(fs, { rows: rowsAs(rows) })
    expect(await bench().stored(source)).toEqual({ [`${source}-1`]: 1 })
    expect(
      await bench().ask(`SELECT sum(received) AS received, sum(rejected) AS rejected FROM ingest_counts WHERE source_id = '${source}'`),
    ).toEqual([{ received: 2, rejected: 1 }])
    expect(await bench().ask(`SELECT count() AS n FROM rejected_events WHERE source_id = '${source}'`)).toEqual([{ n: 1 }])
  })

  it.each([null, 'before_counts', 'after_insert_before_unlink'] as const)(
    'quarantines an event of which no row can be made, once, and its neighbours go in (death: %s)',
    async point => {
      const fs = memoryDisk()
      const source = `unmade-${point}`
      const spool = await testSpool({ fs })
      const event = (messageId: string) =>
        messageId.endsWith('-2') ? { type: 'nope', writeKey: 'wk_of_the_page', ref: 'https://acme.com/?token=s3cret&a=1' } : {}
      await spool.append(testFrame([`${source}-1`, `${source}-2`, `${source}-3`], { source, event }))
      await spool.seal()
      if (point !== null) await bench().dieAt(spool, point)
      await bench().loadAgain(fs)
      expect(await bench().stored(source)).toEqual({ [`${source}-1`]: 1, [`${source}-3`]: 1 })
      const kept = await bench().ask<{ code: string; message_id: string; message: string; raw: string }>(
        `SELECT code, message_id, message, raw FROM rejected_events WHERE source_id = '${source}'`,
      )
      expect(kept).toMatchObject([
        { code: 'not_storable', message_id: `${source}-2`, message: expect.stringContaining('was accepted when it came') },
      ])
      expect(kept[0]?.raw).toContain('nope')
      expect(kept[0]?.raw).toContain('?token=redacted&a=1')
      expect(kept[0]?.raw).not.toContain('wk_of_the_page')
      expect(
        await bench().ask(`SELECT sum(received) AS received, sum(rejected) AS rejected FROM ingest_counts WHERE source_id = '${source}'`),
      ).toEqual([{ received: 3, rejected: 1 }])
    },
  )

  it('goes on with other segments when the rows of one cannot be made this time, and comes back to it', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    for (const id of ['later-1', 'later-2']) {
      await spool.append(testFrame([id], { source: 'later' }))
      await spool.seal()
    }
    const here = rowsHere()
    let failing = 3
    const rows: RowSource = {
      ...here,
      rowsOf: content =>
        content.some(piece => piece.includes('later-1')) && failing-- > 0
          ? Promise.reject(new RowsNotMade('the thread died'))
          : here.rowsOf(content),
    }
    const loader = bench().loaderOf(spool, { rows })
    await loader.drain()
    await loader.stop()
    expect(failing).toBe(-1)
    expect(await bench().stored('later-')).toEqual({ 'later-1': 1, 'later-2': 1 })
  })

  it('quarantines an event that kills the maker of rows each time, and everything else of its segment goes in', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    await spool.append(testFrame(['killer-1', 'killer-2'], { source: 'killer', rejected: 1 }))
    await spool.append(testFrame(['killer-3', 'killer-4.', 'killer-5'], { source: 'killer' }))
    await spool.append(testFrame(['killer-6'], { source: 'killer' }))
    const here = rowsHere()
    let deaths = 0
    const rows: RowSource = {
      ...here,
      rowsOf: (content, only) => {
        if (!content.some(piece => piece.includes('killer-4.')) || (only !== undefined && (only.first > 1 || only.first + only.count <= 1)))
          return here.rowsOf(content, only)
        deaths++
        return Promise.reject(new RowsNotMade('the thread died of it'))
      },
    }
    const loader = bench().loaderOf(spool, { rows })
    await loader.drain()
    const stats = (await readStats({ db: bench().db, spool, loader })).bySource.killer
    await loader.stop()
    const places = await bench().ask(`SELECT message_id, segment_index FROM events WHERE source_id = 'killer' ORDER BY segment_index`)
    expect(places).toEqual([0, 1, 2, 4, 5].map(place => ({ message_id: `killer-${place + 1}`, segment_index: place })))
    const kept = await bench().ask<{ raw: string }>(`SELECT code, message_id, message, raw FROM rejected_events
      WHERE source_id = 'killer' AND code = 'not_storable'`)
    expect(kept).toMatchObject([{ code: 'not_storable', message_id: 'killer-4.', message: 'the thread died of it' }])
    expect(kept[0]?.raw).toContain('Tested')
    expect(stats).toEqual({ received: 7, stored: 5, pending: 0, deduplicated: 0, rejected: 2, suppressed: 0 })
    // Three of the whole, one of its request, one of half of that, two of itself.
    expect(deaths).toBe(7)
  })

  it('does not bring back an event that was erased when its segment was in', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs })
    await spool.append(testFrame(['gone-1', 'gone-2'], { source: 'erased', rejected: 1 }))
    await spool.seal()
    await bench().dieAt(spool, 'after_insert_before_unlink')
    await bench().db.client.command({
      query: `ALTER TABLE events DELETE WHERE message_id = 'gone-1'`,
      clickhouse_settings: { mutations_sync: '2' },
    })
    await bench().loadAgain(fs)
    expect(await bench().stored('gone-')).toEqual({ 'gone-2': 1 })
    expect(fs.files()).toEqual([])
  })

  it('stores no month twice when the insert of a segment failed behind its first month', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const march = Date.UTC(2026, 2, 1)
    await spool.append(testFrame(['twice-1'], { at: march - 1, source: 'twice' }))
    await spool.append(testFrame(['twice-2'], { at: march, source: 'twice' }))
    await spool.seal()
    const uuid = spool.sealed()[0]?.uuid ?? ''
    const { client } = bench().db
    let inserts = 0
    const failing = new Proxy(client, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as unknown
        if (name === 'exec' && inserts++ === 0) {
          return async () => {
            const row = eventRow({ message_id: 'twice-1', source_id: 'twice', received_at: march - 1 })
            await client.insert({
              table: 'events_in',
              values: [{ segment_id: uuid, segment_index: 0, ...row }],
              format: 'JSONEachRow',
            })
            throw new ClickHouseError({ message: 'Cannot parse', code: '27', type: 'CANNOT_PARSE_INPUT_ASSERTION_FAILED' })
          }
        }
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const loader = bench().loaderOf(spool, { db: { ...bench().db, client: failing } })
    await loader.drain()
    await loader.stop()
    expect(await bench().stored('twice-')).toEqual({ 'twice-1': 1, 'twice-2': 1 })
  })

  it('does not quarantine an event that an earlier try stored', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs })
    await spool.append(testFrame(['once-1', 'once-2'], { source: 'once' }))
    await spool.seal()
    await bench().dieAt(spool, 'mid_insert')
    const here = rowsHere()
    const unmade = [{ line: { index: 1, json: JSON.stringify(['once-2']) }, message: 'no row this time' }]
    const rows: RowSource = {
      ...here,
      rowsOf: async content => ({ ...(await here.rowsOf(content, { first: 0, count: 1 })), unmade }),
    }
    await bench().loadAgain(fs, { rows })
    expect(await bench().stored('once-')).toEqual({ 'once-1': 1, 'once-2': 1 })
    expect(await bench().ask(`SELECT code FROM rejected_events WHERE code = 'not_storable' AND message = 'no row this time'`)).toEqual([])
  })

  it('keeps a segment waiting while the maker of rows cannot make anything, and quarantines none of it', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    await spool.append(testFrame(['maker-1', 'maker-2'], { source: 'maker' }))
    await spool.seal()
    const here = rowsHere()
    let failing = 40
    const rows: RowSource = {
      ...here,
      rowsOf: (content, only) => (failing-- > 0 ? Promise.reject(new RowsNotMade('no such module')) : here.rowsOf(content, only)),
    }
    const loader = bench().loaderOf(spool, { rows })
    loader.start()
    await vi.waitFor(async () => expect(Object.keys(await bench().stored('maker-'))).toHaveLength(2), { timeout: 10_000 })
    await loader.stop()
    expect(await bench().stored('maker-')).toEqual({ 'maker-1': 1, 'maker-2': 1 })
    expect(await bench().ask(`SELECT code FROM rejected_events WHERE source_id = 'maker'`)).toEqual([])
  })

  it('keeps a rejected event whose text is not storable, with the text cleaned', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const rows = [rejectedRow({ source_id: 'halves', raw: '"\ud800"', index: 3 }), rejectedRow({ source_id: 'halves', raw: '"fine"' })]
    await spool.append({ request: null, rejected: rows, counts: [countRow({ source_id: 'halves', received: 2, rejected: 2 })] })
    const loader = bench().loaderOf(spool)
    await loader.drain()
    await loader.stop()
    expect(await bench().ask(`SELECT index, raw FROM rejected_events WHERE source_id = 'halves' ORDER BY index DESC`)).toEqual([
      { index: 3, raw: '"\ufffd"' },
      { index: 0, raw: '"fine"' },
    ])
  })

  it('waits out an engine that is away, and then stores in order', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const failures: unknown[] = []
    const client = bench().db.client
    const away = new Proxy(client, {
      get: (target, name) => {
        if (name === 'exec' && failures.length < 4) return () => Promise.reject(new Error('ECONNREFUSED'))
        const value = Reflect.get(target, name) as unknown
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    for (const id of ['away-1', 'away-2']) {
      await spool.append(testFrame([id], { source: 'away' }))
      await spool.seal()
    }
    const loader = bench().loaderOf(spool, { db: { ...bench().db, client: away }, log: { warn: (_, details) => failures.push(details) } })
    await loader.drain()
    await loader.stop()
    expect(failures).toHaveLength(4)
    expect(await bench().stored('away-')).toEqual({ 'away-1': 1, 'away-2': 1 })
  })

  it('rejects a drain that a stop cuts short', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    await spool.append(testFrame(['cut-1']))
    const loader = bench().loaderOf(spool, {
      db: { ...bench().db, client: new Proxy(bench().db.client, { get: () => () => Promise.reject(new Error('away')) }) },
    })
    const drained = expect(loader.drain()).rejects.toThrow('stopped')
    await loader.stop()
    await drained
  })
})
