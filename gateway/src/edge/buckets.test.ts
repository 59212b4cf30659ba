import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBucket, createNetworkBuckets } from './buckets.ts'

const RATE = { perSecond: 10, burst: 100 }
const NOW = Date.UTC(2026, 2, 1)
const ADA = { high: 0, low: 0xcb007107 }

describe('a bucket', () => {
  it('gives its burst at once, then its rate; a batch is let in whole and paid for afterwards', () => {
    const bucket = createBucket(RATE, NOW)
    bucket.take(99, NOW)
    expect(bucket.wait(NOW)).toBe(0)
    bucket.take(51, NOW)
    expect(bucket.wait(NOW)).toBeCloseTo(5.1)
    expect(bucket.wait(NOW + 5_000)).toBeCloseTo(0.1)
    expect(bucket.wait(NOW + 5_200)).toBe(0)
  })

  it('lets through no more than burst and rate over any time, however it is asked', () => {
    const asks = fc.array(fc.record({ after: fc.nat(3000), events: fc.integer({ min: 1, max: 40 }) }), { maxLength: 200 })
    fc.assert(
      fc.property(asks, list => {
        const buckets = createNetworkBuckets(RATE, 7)
        let at = NOW
        let passed = 0
        for (const { after, events } of list) {
          at += after
          if (buckets.wait(ADA, at) > 0) continue
          buckets.take(ADA, events, at)
          passed += events
        }
        // The last batch may overdraw.
        return passed <= RATE.burst + ((at - NOW) / 1000) * RATE.perSecond + 40
      }),
    )
  })

  it('is not refilled by a clock that goes back', () => {
    const bucket = createBucket(RATE, NOW)
    bucket.take(200, NOW)
    expect(bucket.wait(NOW - 60_000)).toBeGreaterThan(10)
  })
})

describe('the buckets of networks', () => {
  it('are apart', () => {
    const buckets = createNetworkBuckets(RATE, 7)
    buckets.take(ADA, 500, NOW)
    expect(buckets.wait(ADA, NOW)).toBeCloseTo(40.1)
    expect(buckets.wait({ ...ADA, low: ADA.low + 1 }, NOW)).toBe(0)
    expect(buckets.wait({ high: 0x20010db8, low: ADA.low }, NOW)).toBe(0)
  })

  it('stay as large as they are under a million addresses, and do not forget by them who owes most', () => {
    const buckets = createNetworkBuckets(RATE, 1234)
    buckets.take(ADA, 5_000, NOW)
    const before = process.memoryUsage()
    for (let n = 0; n < 500_000; n++) {
      buckets.take({ high: 0, low: 0x0b000000 + n }, 20, NOW)
      buckets.take({ high: 0x20010db8, low: n }, 20, NOW)
    }
    const after = process.memoryUsage()
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(100_000)
    expect(buckets.wait(ADA, NOW)).toBeGreaterThan(400)
  })

  it('lie where nobody can foretell: of a thousand addresses that meet in one place, hardly any meet under another seed', () => {
    const together = (seed: number) => {
      const buckets = createNetworkBuckets({ perSecond: 1, burst: 10 }, seed)
      // Of more than eight in one group all but eight are forgotten.
      const lows = Array.from({ length: 1000 }, (_, n) => n * 8192)
      for (const low of lows) buckets.take({ high: 0, low: low + 1 }, 100, NOW)
      return lows.filter(low => buckets.wait({ high: 0, low: low + 1 }, NOW) === 0).length
    }
    for (const seed of [1, 99, 0xdeadbeef]) expect(together(seed)).toBeLessThan(20)
  })
})
