import { ClickHouseError } from '@clickhouse/client'
import { describe, expect, it } from 'vitest'
import { sharedDatabase } from '../../../../test/engine.ts'
import { memoryDisk } from '../spool/disk.fixture.ts'
import { eventRow, testFrame } from '../spool/frame.fixture.ts'
import { testSpool } from '../spool/spool.fixture.ts'
import type { Spool } from '../spool/spool.ts'
import type { LoadPoint } from './loadBatch.ts'
import { loaderBench } from './loader.fixture.ts'
import { type RowSource, rowsHere } from './rows/rowSource.ts'

const shared = sharedDatabase()
const bench = () => loaderBench(shared.db)

describe('the loader, of a segment that may be in already,', () => {
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
})
