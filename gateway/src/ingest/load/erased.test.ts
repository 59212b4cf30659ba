import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../test/engine.ts'
import { memoryDisk } from '../spool/disk.fixture.ts'
import { testFrame } from '../spool/frame.fixture.ts'
import { testSpool } from '../spool/spool.fixture.ts'
import { readStats } from '../stats.ts'
import { loaderBench } from './loader.fixture.ts'

describe('an event that was erased', () => {
  let shared: TestDatabase
  beforeAll(async () => {
    shared = await testDatabase()
  })
  afterAll(() => shared.close())

  it('does not come back with the rest of a segment whose load was cut off', async () => {
    const fs = memoryDisk()
    const dying = await testSpool({ fs })
    await dying.append(testFrame(['half-1', 'half-2', 'half-3'], { source: 'half' }))
    await dying.seal()
    const bench = loaderBench(shared.db)
    await bench.dieAt(dying, 'mid_insert')
    const command = (query: string) => shared.db.client.command({ query, clickhouse_settings: { mutations_sync: '2' } })
    await command(
      `INSERT INTO removed_events SELECT segment_id, segment_index, source_id, toStartOfHour(received_at), 'r', received_at FROM events WHERE message_id = 'half-2'`,
    )
    // Its row went; so did, by another trouble, that of a neighbour.
    await command(`ALTER TABLE events DELETE WHERE message_id IN ('half-2', 'half-3')`)
    const spool = await testSpool({ fs })
    const loader = bench.loaderOf(spool)
    await loader.drain()
    expect(await bench.stored('half-')).toEqual({ 'half-1': 1, 'half-3': 1 })
    expect((await readStats({ db: shared.db, spool, loader })).bySource.half).toMatchObject({ received: 3, stored: 2, suppressed: 1 })
    await loader.stop()
  })
})

/** Whoever takes events out of their table has to write their places to `removed_events` before, or the account no longer adds up. */
describe('the sources', () => {
  const folder = (path: string) => new URL(`../../../../${path}/`, import.meta.url)
  const texts = ['gateway/src', 'gateway/sql', 'schemas/tables'].flatMap(path =>
    readdirSync(folder(path), { recursive: true, encoding: 'utf8' })
      .filter(name => /\.(ts|sql)$/.test(name) && !/\.(test|fixture)\.ts$/.test(name))
      .map(name => [`${path}/${name}`, readFileSync(new URL(name, folder(path)), 'utf8')] as const),
  )
  // What is detached is in no table any more.
  const TAKES_OUT =
    /\b(DELETE\s+FROM|TRUNCATE\s+TABLE|DROP\s+TABLE|ALTER\s+TABLE[^;`]*?\b(DELETE|UPDATE|DROP(?!\s+DETACHED\b)|REPLACE|MOVE|DETACH|TTL)\b|TTL\s+to|DEDUPLICATE\b|EXCHANGE\s+TABLES)/

  it('take rows out of no table but the quarantine, whose events are counted without them, and what jobs and turns note of themselves', () => {
    expect(texts.length).toBeGreaterThan(400)
    expect(texts.filter(([, text]) => TAKES_OUT.test(text)).map(([name]) => name)).toEqual([
      'gateway/src/quarantine/retention.ts',
      'schemas/tables/0029_job_runs.sql',
      'schemas/tables/0047_shared_turns.sql',
    ])
  })
})
