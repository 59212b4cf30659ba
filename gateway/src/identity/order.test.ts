import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/engine.ts'
import { alias, createBench, day, derived, group, identify, page, type Said } from './identity.fixture.ts'

/** Anonymous visits, sign-ups, shared and stolen ids, job change, consultant, groups that join domains by trait and by members. */
const STORY: readonly Said[] = [
  page('a1', day(0)),
  page('a1', day(0, 10)),
  page('a2', day(1)),
  identify('a1', 'ana', { email: 'Ana@Acme.com ', title: 'CTO' }, day(1)),
  group('ana', 'g-acme', { name: 'Acme' }, day(1, 10)),
  identify('a2', 'bob', { email: 'bob@mail.acme.com' }, day(2)),
  identify('a2', 'ana', {}, day(2, 11)),
  group('bob', 'g-acme', { name: 'Acme Inc', plan: 'team' }, day(2, 12), { trust: 'server', source_id: 'backend' }),
  identify('a3', '', { email: 'info@beta.org' }, day(3)),
  identify('a3', 'cy', { email: 'cy@beta.org' }, day(3, 12)),
  group('cy', 'g-beta', { website: 'https://www.beta.org/about' }, day(4)),
  identify('a4', 'ana', { email: 'ana@gamma.io' }, day(10)),
  identify('a5', 'con', { email: 'con@agency.com' }, day(5)),
  group('con', 'g-acme', {}, day(5, 10)),
  group('con', 'g-delta', { name: 'Delta' }, day(5, 11)),
  alias('ana', 'a6', day(6)),
  alias('ana', 'a7', day(6, 10), { trust: 'server', source_id: 'backend' }),
  page('a6', day(7)),
  page('a7', day(7)),
  page('undefined', day(8)),
  identify('undefined', 'eve', { email: 'eve@gmail.com' }, day(8, 10)),
  identify('kiosk', 'k1', { email: 'k1@kio.sk' }, day(9, 1)),
  identify('kiosk', 'k2', { email: 'k2@kio.sk' }, day(9, 2)),
  identify('kiosk', 'k3', { email: 'k1@kio.sk' }, day(9, 3)),
  group('k1', 'undefined', { name: 'Nobody' }, day(9, 4)),
]

describe('order of arrival', () => {
  it('gives the same tables for any order, batching and repetition of the same events', async () => {
    const reference = await testDatabase()
    const once = createBench(reference.db)
    await once.load(STORY)
    await once.run()
    const expected = await derived(once)
    expect(expected.memberships?.length).toBeGreaterThan(5)
    await reference.close()

    const orders = fc.sample(fc.tuple(fc.shuffledSubarray([...STORY], { minLength: STORY.length }), fc.integer({ min: 1, max: 6 })), {
      numRuns: 3,
      seed: 7,
    })
    for (const [order, size] of orders) {
      const { db, close } = await testDatabase()
      const bench = createBench(db)
      for (let at = 0; at < order.length; at += size) {
        // One event of the batch before comes again, as a retry would bring it.
        await bench.load([...order.slice(at, at + size), ...order.slice(Math.max(0, at - 1), at)])
        await bench.run()
      }
      expect(await derived(bench)).toEqual(expected)
      await close()
    }
  })
})
