import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/engine.ts'
import { undoMerge } from '../identity/unmerge.ts'
import { alias, createBench, DERIVED, day, group, type IdentityBench, identify, page, type Said } from './identity.fixture.ts'
import { STORY } from './identityStory.fixture.ts'

/** What the jobs derive, but for what tells when an event arrived. */
async function content(bench: IdentityBench): Promise<{ [table: string]: string[] }> {
  const tables: { [table: string]: string[] } = {}
  for (const table of DERIVED) {
    tables[table] = (await bench.rows(`SELECT * EXCEPT version FROM ${table} FINAL ORDER BY ALL`)).map(row => JSON.stringify(row))
  }
  return tables
}

/** The same after emptying every derived table and starting again from the events and the undos. */
async function rebuilt(database: Awaited<ReturnType<typeof testDatabase>>): Promise<{ [table: string]: string[] }> {
  for (const table of DERIVED) await database.db.client.command({ query: `TRUNCATE TABLE ${table}` })
  const bench = createBench(database.db)
  await bench.run()
  return content(bench)
}

const copy = (id: string, receivedAt: number, said: Said): Said => ({ ...said, message_id: id, received_at: receivedAt })

/** Copies under one id with other contents: of each only the one received first counts. */
const COPIES: readonly Said[] = [
  page('dev-1', day(0)),
  page('dev-9', day(0)),
  copy('c1', day(3, 3), identify('dev-1', 'user-1', { email: 'one@first.com', title: 'CEO', plan: 'a' }, day(3))),
  copy('c1', day(3, 2), identify('dev-2', 'user-2', { email: 'two@second.com' }, day(2))),
  copy('c1', day(3, 1), identify('dev-1', 'user-1', { email: 'one@first.com', plan: 'b' }, day(3))),
  identify('dev-3', 'user-1', { title: 'CTO' }, day(1)),
  copy('c2', day(4, 2), identify('dev-9', '', { email: 'one@first.com' }, day(4))),
  copy('c2', day(4, 1), page('dev-9', day(4))),
  copy('c3', day(5, 3), alias('user-1', 'dev-9', day(5), { trust: 'server' })),
  copy('c3', day(5, 2), alias('user-2', 'dev-9', day(5), { trust: 'server' })),
  copy('c4', day(6, 2), group('user-2', 'g-gone', { domain: 'gone.com', name: 'Gone' }, day(6))),
  copy('c4', day(6, 1), group('user-2', 'g-stays', { name: 'Stays' }, day(6))),
  copy('c5', day(7, 2), identify('dev-5', 'user-5', { email: 'info@role.com' }, day(7))),
  copy('c5', day(7, 1), page('dev-6', day(7))),
]

describe('copies that take the place of others', () => {
  it('an event that came earlier and is loaded later leaves nothing behind of the one it replaces', async () => {
    const database = await testDatabase()
    const bench = createBench(database.db)
    await bench.load([copy('one', day(1, 5), identify('dev-1', 'user-1', { email: 'one@first.com', plan: 'a' }, day(1)))])
    await bench.run()
    await bench.load([copy('one', day(1, 4), identify('dev-1', 'user-2', { plan: 'b' }, day(1)))])
    await bench.run()
    const map = await bench.rows('SELECT identifier FROM identity_map FINAL ORDER BY identifier')
    expect(map).toEqual([{ identifier: 'dev-1' }, { identifier: 'user-2' }])
    const after = await content(bench)
    expect(after.memberships).toEqual([])
    expect(await rebuilt(database)).toEqual(after)
    await database.close()
  })

  it('any order of loading ends in what a rebuild gives', async () => {
    const orders = fc.sample(fc.tuple(fc.shuffledSubarray([...COPIES], { minLength: COPIES.length }), fc.integer({ min: 1, max: 4 })), {
      numRuns: 4,
      seed: 11,
    })
    const ends: unknown[] = []
    for (const [order, size] of orders) {
      const database = await testDatabase()
      const bench = createBench(database.db)
      for (let at = 0; at < order.length; at += size) {
        await bench.load(order.slice(at, at + size))
        await bench.run()
      }
      const incremental = await content(bench)
      expect(await rebuilt(database)).toEqual(incremental)
      ends.push(incremental)
      await database.close()
    }
    for (const end of ends) expect(end).toEqual(ends[0])
  }, 180_000)
})

describe('undos', () => {
  it('outlive the derived tables', async () => {
    const database = await testDatabase()
    const bench = createBench(database.db)
    await bench.load(STORY)
    await bench.run()
    const merges = (await bench.rows("SELECT entry_id FROM identity_ledger FINAL WHERE kind = 'merge' ORDER BY entry_id LIMIT 2")) as {
      entry_id: string
    }[]
    for (const { entry_id } of merges) expect(await undoMerge(database.db, entry_id, day(40), 'tester')).toBe(true)
    await bench.run()
    const undone = await content(bench)
    expect(undone.identity_ledger?.filter(row => row.includes('"undo"'))).toHaveLength(2)
    expect(undone.identity_edges?.filter(row => row.includes('"cut"'))).toHaveLength(2)
    expect(await rebuilt(database)).toEqual(undone)
    await database.close()
  })
})
