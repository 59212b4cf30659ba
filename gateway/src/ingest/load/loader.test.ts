import { describe, expect, it } from 'vitest'
import { sharedDatabase } from '../../../../test/engine.ts'
import { memoryDisk } from '../spool/disk.fixture.ts'
import { countRow, eventRow, hourOf, rejectedRow, TEST_TIME, testFrame } from '../spool/frame.fixture.ts'
import { testSpool } from '../spool/spool.fixture.ts'
import { loaderBench, rowsAs } from './loader.fixture.ts'

const shared = sharedDatabase()
const bench = () => loaderBench(shared.db)

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
