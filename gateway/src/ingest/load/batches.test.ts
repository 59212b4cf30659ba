import { Readable } from 'node:stream'
import type { EventRow } from '@waymark/schemas/row'
import { describe, expect, it } from 'vitest'
import { sharedDatabase } from '../../../../test/engine.ts'
import type { Database } from '../../db/open.ts'
import { memoryDisk } from '../spool/disk.fixture.ts'
import { countRow, eventRow, testFrame } from '../spool/frame.fixture.ts'
import { HEADER_BYTES } from '../spool/segment.ts'
import { testSpool } from '../spool/spool.fixture.ts'
import { HELD_LIMITS, nextBatch, nextToLoad } from './batch.ts'
import { replicatedSettings } from './insert.ts'
import { loaderBench, rowsAs } from './loader.fixture.ts'
import { rowsHere } from './rows/rowSource.ts'
import { RowsNotMade } from './rows/rowsNotMade.ts'
import { eventLines, type SegmentRows } from './rows/segmentRows.ts'

const shared = sharedDatabase()
const bench = () => loaderBench(shared.db)

/** The database, with the text of every insert kept. */
function overheard(db: Database): { db: Database; bodies: string[] } {
  const bodies: string[] = []
  const client = new Proxy(db.client, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown
      if (name === 'exec') {
        return async (params: { values: Readable }) => {
          const body = Buffer.concat(await params.values.toArray())
          bodies.push(body.toString())
          return target.exec({ ...params, values: Readable.from([body], { objectMode: false }) } as never)
        }
      }
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { db: { ...db, client }, bodies }
}

async function spoolOf(source: string, segments: number, rows: number, fs = memoryDisk()) {
  const spool = await testSpool({ fs })
  for (let segment = 0; segment < segments; segment++) {
    const ids = Array.from({ length: rows }, (_, row) => `${source}-${segment}-${row}`)
    await spool.append(testFrame(ids, { source, rejected: 1 }))
    await spool.seal()
  }
  return spool
}

describe('segments that wait together', () => {
  it('go in with one insert per table, each row at its own place in its own segment', async () => {
    const spool = await spoolOf('joined', 30, 3)
    const uuids = spool.sealed().map(({ uuid }) => uuid)
    const heard = overheard(bench().db)
    const loader = bench().loaderOf(spool, { db: heard.db })
    await loader.drain()
    await loader.stop()
    expect(heard.bodies).toHaveLength(3)
    const places = await bench().ask<{ id: string; segment: string; place: number }>(
      `SELECT message_id AS id, toString(segment_id) AS segment, segment_index AS place FROM events WHERE source_id = 'joined'`,
    )
    expect(places).toHaveLength(90)
    for (const { id, segment, place } of places) expect(id).toBe(`joined-${uuids.indexOf(segment)}-${place}`)
    const [parts] = await bench().ask<{ events: number; counts: number }>(
      `SELECT (SELECT uniqExact(_part) FROM events WHERE source_id = 'joined') AS events, (SELECT count() FROM ingest_counts WHERE source_id = 'joined') AS counts`,
    )
    expect(parts).toEqual({ events: 1, counts: 30 })
  })

  it('keep the places of their rows where a frame was damaged', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs })
    for (const number of [0, 1, 2]) await spool.append(testFrame([`gap-${2 * number}`, `gap-${2 * number + 1}`], { source: 'gap' }))
    await spool.seal()
    const path = `/spool/one/${spool.sealed()[0]?.id}.seg`
    const bytes = Buffer.from(fs.bytesOf(path))
    const middle = bytes.indexOf('gap-2')
    expect(middle).toBeGreaterThan(HEADER_BYTES)
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
    fs.setBytes(path, bytes)
    const loader = bench().loaderOf(spool)
    await loader.drain()
    await loader.stop()
    expect(await bench().ask(`SELECT message_id, segment_index FROM events WHERE source_id = 'gap' ORDER BY segment_index`)).toEqual([
      { message_id: 'gap-0', segment_index: 0 },
      { message_id: 'gap-1', segment_index: 1 },
      { message_id: 'gap-4', segment_index: 4 },
      { message_id: 'gap-5', segment_index: 5 },
    ])
  })

  it.each(['mid_insert', 'before_counts', 'after_insert_before_unlink'] as const)(
    'are each there once after a death at %s',
    async point => {
      const fs = memoryDisk()
      const source = `dead-${point}`
      await bench().dieAt(await spoolOf(source, 5, 4, fs), point)
      await bench().loadAgain(fs)
      expect(Object.values(await bench().stored(source))).toEqual(Array(20).fill(1))
      expect(
        await bench().ask(
          `SELECT sum(received) AS received, sum(rejected) AS rejected, (SELECT count() FROM rejected_events WHERE source_id = '${source}') AS kept FROM ingest_counts WHERE source_id = '${source}'`,
        ),
      ).toEqual([{ received: 25, rejected: 5, kept: 5 }])
    },
  )

  it.each([0, 2, 5])('are stored once each though the insert broke off because the rows of number %i could not be made', async broken => {
    const source = `broken-${broken}`
    const spool = await spoolOf(source, 6, 4)
    const here = rowsHere()
    let tries = 0
    const made: SegmentRows[] = []
    const released: SegmentRows[] = []
    const loader = bench().loaderOf(spool, {
      rows: {
        ...here,
        rowsOf: async content => {
          const rows = await here.rowsOf(content)
          if (eventLines(rows)[0]?.json.includes(`${source}-${broken}-0`) && ++tries === 1) throw new RowsNotMade('this time')
          made.push(rows)
          return rows
        },
        release: rows => released.push(rows),
      },
    })
    await loader.drain()
    await loader.stop()
    expect(tries).toBe(2)
    const ids = Array.from({ length: 24 }, (_, place) => `${source}-${Math.floor(place / 4)}-${place % 4}`)
    expect(await bench().stored(source)).toEqual(Object.fromEntries(ids.map(id => [id, 1])))
    const blocks = released.filter(({ block }) => block.length > 0).map(({ block }) => block)
    expect(new Set(blocks).size).toBe(blocks.length)
    expect(blocks.length).toBeGreaterThanOrEqual(6)
    for (const block of blocks) expect(made.some(rows => rows.block === block)).toBe(true)
  })

  it('of which one is partly in get exactly what is missing', async () => {
    const fs = memoryDisk()
    const spool = await spoolOf('partly', 3, 6, fs)
    const uuid = spool.sealed()[1]?.uuid ?? ''
    await bench().dieAt(spool, 'mid_insert')
    await bench().db.client.command({
      query: `ALTER TABLE events DELETE WHERE segment_id = '${uuid}' AND segment_index IN (1, 4)`,
      clickhouse_settings: { mutations_sync: '2' },
    })
    await bench().loadAgain(fs)
    expect(Object.values(await bench().stored('partly'))).toEqual(Array(18).fill(1))
  })

  it('do not suffer from a row among them that is refused: it is quarantined, and no good row travels more than three times', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const changed: EventRow[] = []
    for (let segment = 0; segment < 4; segment++) {
      const rows = Array.from({ length: 100 }, (_, row) => eventRow({ message_id: `sick-${segment}-${row}.`, source_id: 'sick' }))
      const events = rows.map((row, index) =>
        segment === 2 && index % 25 === 7 ? { ...row, client_seq: 'many' as unknown as number } : row,
      )
      changed.push(...events)
      await spool.append(
        testFrame(
          events.map(({ message_id }) => message_id),
          { source: 'sick' },
        ),
      )
      await spool.seal()
    }
    const heard = overheard(bench().db)
    const loader = bench().loaderOf(spool, { db: heard.db, rows: rowsAs(changed) })
    await loader.drain()
    await loader.stop()
    const stored = await bench().stored('sick-')
    expect(Object.keys(stored)).toHaveLength(396)
    expect(new Set(Object.values(stored))).toEqual(new Set([1]))
    const kept = await bench().ask<{ message_id: string }>(
      `SELECT message_id FROM rejected_events WHERE source_id = 'sick' ORDER BY segment_index`,
    )
    expect(kept.map(({ message_id }) => message_id)).toEqual(['sick-2-7.', 'sick-2-32.', 'sick-2-57.', 'sick-2-82.'])
    const sendings = Object.keys(stored).map(id => heard.bodies.filter(body => body.includes(`"${id}"`)).length)
    expect(Math.max(...sendings)).toBeLessThanOrEqual(3)
  })
})

describe('an insert', () => {
  it('carries a token on replicated tables alone, which names exactly its rows', () => {
    const tokenOf = (places: number[]) =>
      replicatedSettings({ kind: 'cluster', cluster: 'c' }, 'events_in', { segments: ['s'], places }).insert_deduplication_token
    expect(replicatedSettings({ kind: 'server' }, 'events_in', { segments: ['s'], places: [1] })).toEqual({})
    expect(tokenOf([1, 2])).toBe(tokenOf([1, 2]))
    expect(new Set([tokenOf([1, 2]), tokenOf([1, 3]), tokenOf([2, 1]), tokenOf([1])]).size).toBe(4)
  })
})

describe('a batch', () => {
  const segment = (rawBytes: number, received: number) => ({ rawBytes, counts: [countRow({ received })] }) as never
  it('ends before it is too much, and always holds the oldest', () => {
    const many = Array.from({ length: 100 }, () => segment(1000, 1))
    expect(nextBatch(many, HELD_LIMITS)).toHaveLength(HELD_LIMITS.segments)
    expect(nextBatch(many, { ...HELD_LIMITS, bytes: 5000 })).toHaveLength(5)
    expect(nextBatch(many, { ...HELD_LIMITS, rows: 7 })).toHaveLength(7)
    expect(nextBatch([segment(HELD_LIMITS.bytes * 2, 1), ...many], HELD_LIMITS)).toHaveLength(1)
    expect(nextBatch([], HELD_LIMITS)).toEqual([])
  })

  it('holds what may be in already apart from what cannot be', () => {
    const inDoubt = (doubted: boolean) => ({ ...(segment(1000, 1) as object), isInDoubt: () => doubted }) as never
    const [old, young] = [
      [inDoubt(true), inDoubt(true)],
      [inDoubt(false), inDoubt(false), inDoubt(false)],
    ]
    expect(nextToLoad([...young, ...old])).toEqual(young)
    expect(nextToLoad([...old, ...young]).slice(0, 2)).toEqual(old)
    expect(nextToLoad([])).toEqual([])
  })
})
