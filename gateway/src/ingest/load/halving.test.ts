import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../test/engine.ts'
import { memoryDisk } from '../spool/disk.fixture.ts'
import { testFrame } from '../spool/frame.fixture.ts'
import { testSpool } from '../spool/spool.fixture.ts'
import { readStats } from '../stats.ts'
import { loaderBench } from './loader.fixture.ts'

const MARCH = Date.UTC(2026, 2, 1)

// An operator's own view, say, which cannot read every row: its error is one of rows, and the rows are in the table all the same.
describe('an insert that fails after its rows are in', () => {
  let shared: TestDatabase
  const command = (query: string) => shared.db.client.command({ query, clickhouse_settings: { mutations_sync: '2' } })
  beforeAll(async () => {
    shared = await testDatabase()
    await command('CREATE TABLE behind (n UInt32) ENGINE = MergeTree ORDER BY n')
    for (const table of ['events', 'rejected_events'])
      await command(
        `CREATE MATERIALIZED VIEW behind_${table} TO behind AS SELECT toUInt32(source_id) AS n FROM ${table} WHERE source_id LIKE 'vile%'`,
      )
  })
  afterAll(() => shared.close())

  it('is not repeated in halves, whatever part of a segment it carried', async () => {
    const fs = memoryDisk()
    const dying = await testSpool({ fs })
    const ids = Array.from({ length: 8 }, (_, at) => `vile-${at}`)
    for (const [at, id] of ids.entries())
      await dying.append(testFrame([id], { source: 'vile-events', rejected: 1, at: at % 2 === 0 ? MARCH - 1000 : MARCH }))
    await dying.seal()
    const bench = loaderBench(shared.db)
    // The first life got one month in.
    await bench.dieAt(dying, 'mid_insert')
    await command(`ALTER TABLE events DELETE WHERE source_id = 'vile-events' AND received_at >= '2026-03-01'`)

    const spool = await testSpool({ fs })
    const loader = bench.loaderOf(spool)
    await loader.drain()
    expect(await bench.stored('vile-')).toEqual(Object.fromEntries(ids.map(id => [id, 1])))
    expect(await bench.ask(`SELECT code, count() AS n FROM rejected_events WHERE source_id = 'vile-events' GROUP BY code`)).toEqual([
      { code: 'test', n: 8 },
    ])
    const counts = (await readStats({ db: shared.db, spool, loader })).bySource['vile-events']
    expect(counts).toMatchObject({ received: 16, stored: 8, rejected: 8, pending: 0 })
    await loader.stop()
  })
})
