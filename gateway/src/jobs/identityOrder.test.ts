import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/engine.ts'
import { createBench, derived } from './identity.fixture.ts'
import { STORY } from './identityStory.fixture.ts'

describe('order of arrival', () => {
  it('gives the same tables for any order, batching and repetition of the same events', async () => {
    const reference = await testDatabase()
    const once = createBench(reference.db)
    await once.load(STORY)
    await once.run()
    const expected = await derived(once)
    expect(expected.memberships?.length).toBeGreaterThan(5)
    await reference.close()

    const orders = fc.sample(fc.tuple(fc.shuffledSubarray([...STORY], { minLength: STORY.length }), fc.integer({ min: 6, max: 9 })), {
      numRuns: 2,
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
