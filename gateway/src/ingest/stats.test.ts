import { describe, expect, it } from 'vitest'
import { describeQuery, sharedDatabase } from '../../../test/engine.ts'
import { type LoaderBench, loaderBench } from './load/loader.fixture.ts'
import { presenceQuery } from './load/presence.ts'
import { lastLoaded } from './load/stamp.ts'
import { countRequest, createIngestCounters } from './request/counters.ts'
import { memoryDisk } from './spool/disk.fixture.ts'
import { hourOf, TEST_TIME, testFrame } from './spool/frame.fixture.ts'
import { testSpool } from './spool/spool.fixture.ts'
import { createStats, type IngestCounts, inDoubtQuery, readStats } from './stats.ts'

const shared = sharedDatabase()
const bench = () => loaderBench(shared.db)

describe('the statistics', () => {
  it('add up at every step of a load, with copies, rejected, suppressed and waiting events', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs })
    const seen: IngestCounts[] = []
    const loader = bench().loaderOf(spool)
    const look = async () => {
      const stats = (await readStats({ db: bench().db, spool, loader })).bySource.sum
      if (stats === undefined) throw new Error('no statistics of the source')
      expectConserved(stats)
      seen.push(stats)
    }
    await spool.append(testFrame(['sum-1', 'sum-2'], { source: 'sum', rejected: 1, deduplicated: 4, suppressed: 2 }))
    await look()
    await loader.drain()
    await look()
    // A copy that comes after the hot set forgot the first.
    await spool.append(testFrame(['sum-2', 'sum-3'], { source: 'sum', at: TEST_TIME + 60_000 }))
    await look()
    await loader.drain()
    await look()
    await loader.stop()
    expect(seen).toEqual([
      { received: 9, stored: 0, pending: 2, deduplicated: 4, rejected: 1, suppressed: 2 },
      { received: 9, stored: 2, pending: 0, deduplicated: 4, rejected: 1, suppressed: 2 },
      { received: 11, stored: 2, pending: 2, deduplicated: 4, rejected: 1, suppressed: 2 },
      { received: 11, stored: 3, pending: 0, deduplicated: 5, rejected: 1, suppressed: 2 },
    ])
  })

  it('do not count a segment twice that is in the tables and still on disk', async () => {
    const fs = memoryDisk()
    for (const point of ['mid_insert', 'after_insert_before_unlink'] as const) {
      const spool = await testSpool({ fs })
      await spool.append(testFrame([`both-${point}`], { source: 'both' }))
      await spool.seal()
      await bench().dieAt(spool, point)
    }
    const spool = await testSpool({ fs })
    const loader = bench().loaderOf(spool)
    const before = (await readStats({ db: bench().db, spool, loader })).bySource.both
    await loader.drain()
    const after = (await readStats({ db: bench().db, spool, loader })).bySource.both
    await loader.stop()
    expect(before).toEqual({ received: 2, stored: 0, pending: 2, deduplicated: 0, rejected: 0, suppressed: 0 })
    expect(after).toEqual({ received: 2, stored: 2, pending: 0, deduplicated: 0, rejected: 0, suppressed: 0 })
  })

  it.each(['constructor', 'toString', 'hasOwnProperty'])('know a source named %s', async source => {
    const spool = await testSpool({ fs: memoryDisk() })
    const loader = bench().loaderOf(spool)
    await spool.append(testFrame([`${source}-1`], { source }))
    await loader.drain()
    await spool.append(testFrame([`${source}-2`], { source }))
    const stats = await readStats({ db: bench().db, spool, loader })
    await loader.stop()
    expect(JSON.parse(JSON.stringify(stats.bySource[source]))).toEqual({
      received: 2,
      stored: 1,
      pending: 1,
      deduplicated: 0,
      rejected: 0,
      suppressed: 0,
    })
    expect(Number.isInteger(stats.received)).toBe(true)
  })

  it('tell apart the requests that are in no count', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const loader = bench().loaderOf(spool)
    const counters = createIngestCounters()
    for (const status of [401, 401, 400, 415, 200]) countRequest(counters, status)
    const { requests } = await readStats({ db: bench().db, spool, loader, counters })
    await loader.stop()
    expect(requests).toEqual({ answered: 1, unreadable: 2, unknownKey: 2, refused: 0, tooLarge: 0, overloaded: 0, failed: 0, conflicts: 0 })
  })

  it('tell a period by the hours of receipt', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const loader = bench().loaderOf(spool)
    const hour = hourOf(TEST_TIME)
    await spool.append(testFrame(['hour-1'], { source: 'hour', at: hour }))
    await spool.append(testFrame(['hour-2', 'hour-1'], { source: 'hour', at: hour + 3_600_000 }))
    await loader.drain()
    await spool.append(testFrame(['hour-3'], { source: 'hour', at: hour + 3_600_000 }))
    const edges = { db: bench().db, spool, loader }
    const first = (await readStats(edges, { from: hour + 10, to: hour + 20 })).bySource.hour
    const second = (await readStats(edges, { from: hour + 3_600_000, to: hour + 7_200_000 })).bySource.hour
    await loader.stop()
    expect(first).toEqual({ received: 1, stored: 1, pending: 0, deduplicated: 0, rejected: 0, suppressed: 0 })
    expect(second).toEqual({ received: 3, stored: 1, pending: 1, deduplicated: 1, rejected: 0, suppressed: 0 })
  })

  it('add up when very many segments are in doubt, of which some are in', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs })
    await spool.append(testFrame(['many-1'], { source: 'many' }))
    await spool.seal()
    await bench().dieAt(spool, 'after_insert_before_unlink')
    const left = (await testSpool({ fs })).sealed()
    const [loaded] = left
    if (loaded === undefined) throw new Error('nothing left')
    const others = Array.from({ length: 5000 }, () => ({ ...loaded, uuid: crypto.randomUUID() }))
    const spoolOfMany = { pending: () => loaded.counts, sealed: () => [...others, loaded] }
    const stats = await readStats({ db: bench().db, spool: spoolOfMany, loader: bench().loaderOf(spool) })
    expect(stats.bySource.many).toEqual({ received: 1, stored: 0, pending: 1, deduplicated: 0, rejected: 0, suppressed: 0 })
  })
})

describe('the statistics, while segments are loaded', () => {
  it('are exact at every look', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const loader = bench().loaderOf(spool)
    const edges = { db: bench().db, spool, loader }
    const acknowledged = { events: 0, rounds: 0 }
    const pendings: number[] = []
    const LOOKS = 15
    const writing = (async () => {
      while (pendings.length < LOOKS) {
        const round = acknowledged.rounds++
        // The second id of a round comes again as the first of the next.
        await spool.append(testFrame([`busy-${round}`, `busy-${round + 1}`], { source: 'busy', at: TEST_TIME + round }))
        acknowledged.events += 2
        await spool.seal()
        if (round % 10 === 9) await loader.drain()
      }
    })()
    while (pendings.length < LOOKS) {
      const atLeast = acknowledged.events
      const look = readStats(edges)
      const atMost = acknowledged.events + 2
      const counts = (await look).bySource.busy ?? { received: 0, stored: 0, pending: 0, deduplicated: 0, rejected: 0, suppressed: 0 }
      expectConserved(counts)
      expect(counts.received).toBeGreaterThanOrEqual(atLeast)
      expect(counts.received).toBeLessThanOrEqual(atMost)
      pendings.push(counts.pending)
    }
    await writing
    await loader.drain()
    const last = (await readStats(edges)).bySource.busy
    await loader.stop()
    const { rounds } = acknowledged
    expect(rounds).toBeGreaterThan(20)
    expect(last).toEqual({ received: 2 * rounds, stored: rounds + 1, pending: 0, deduplicated: rounds - 1, rejected: 0, suppressed: 0 })
    expect(Math.max(...pendings)).toBeGreaterThan(0)
  })

  it('are those of their beginning, though all that waited then is loaded before the tables are read', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const loader = bench().loaderOf(spool)
    await spool.append(testFrame(['before-1', 'before-2'], { source: 'before', rejected: 1 }))
    await spool.seal()
    const db = slowed(bench().db, () => loader.drain())
    const early = (await readStats({ db, spool, loader })).bySource.before
    const late = (await readStats({ db: bench().db, spool, loader })).bySource.before
    await loader.stop()
    expect(early).toEqual({ received: 3, stored: 0, pending: 2, deduplicated: 0, rejected: 1, suppressed: 0 })
    expect(late).toEqual({ received: 3, stored: 2, pending: 0, deduplicated: 0, rejected: 1, suppressed: 0 })
  })

  it('are not touched by what comes later: that is loaded after the look, and then at once', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const loader = bench().loaderOf(spool)
    await spool.append(testFrame(['later-1'], { source: 'later' }))
    const loading: Promise<void>[] = []
    const db = slowed(bench().db, async () => {
      if (loading.length > 0) return
      const drained = spool.append(testFrame(['later-2'], { source: 'later' })).then(loader.drain)
      loading.push(drained)
      // Long enough for a segment that nothing holds.
      let isLoaded = false
      void drained.then(() => {
        isLoaded = true
      })
      for (let look = 0; look < 30 && !isLoaded; look++) await bench().stored('later-')
      expect(isLoaded).toBe(false)
    })
    const counts = (await readStats({ db, spool, loader })).bySource.later
    await Promise.all(loading)
    await loader.stop()
    expect(counts).toEqual({ received: 1, stored: 0, pending: 1, deduplicated: 0, rejected: 0, suppressed: 0 })
    expect(await bench().stored('later-')).toEqual({ 'later-1': 1, 'later-2': 1 })
  })

  it('are looked up once for all who ask meanwhile, and then know what they know', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const loader = bench().loaderOf(spool)
    const stats = createStats({ db: bench().db, spool, loader })
    const first = stats()
    await spool.append(testFrame(['shared-1'], { source: 'shared' }))
    const [second, third, other] = [stats(), stats(), stats({ to: TEST_TIME - 7_200_000 })]
    expect(second).not.toBe(first)
    expect(third).toBe(second)
    expect(other).not.toBe(second)
    expect((await second).bySource.shared?.received).toBe(1)
    expect((await other).bySource.shared).toBeUndefined()
    expect(stats()).not.toBe(second)
    await loader.stop()
  })
})

/** The database, with something happening before each query. */
function slowed(db: LoaderBench['db'], before: () => Promise<unknown>): LoaderBench['db'] {
  const reader = new Proxy(db.reader, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target)
      if (typeof value !== 'function') return value
      const call = value.bind(target)
      return property === 'query' ? async (...given: unknown[]) => before().then(() => call(...given)) : call
    },
  })
  return { ...db, reader }
}

describe('the statements of ingest', () => {
  it('give the columns that the code reads', async () => {
    const period = { from: '2026-03-01 00:00:00.000', to: '2026-03-02 00:00:00.000', in_doubt: [crypto.randomUUID()] }
    const { client } = bench().db
    expect(await describeQuery(client, inDoubtQuery, { segments: period.in_doubt, from: period.from })).toEqual({ segment_id: 'String' })
    expect(await describeQuery(client, lastLoaded, {})).toEqual({ at: 'Int64' })
    expect(await describeQuery(client, presenceQuery, { segments: [crypto.randomUUID()], from: period.from })).toEqual({
      segment: 'String',
      events: 'Array(UInt32)',
      rejected: 'Array(UInt32)',
      counts: 'Array(UInt32)',
    })
  })
})

function expectConserved(stats: IngestCounts): void {
  const { received, stored, pending, deduplicated, rejected, suppressed } = stats
  expect(stored + pending + deduplicated + rejected + suppressed).toBe(received)
}
