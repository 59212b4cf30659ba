import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sealDelay } from './sealTime.ts'

const limits = { sealMs: 250, sealGapMs: 1000 }

it.each([
  ['after a quiet time an event is seen soon', { sinceSeal: 60_000, waiting: 0 }, 250],
  ['the first segment of a process too', { sinceSeal: Number.POSITIVE_INFINITY, waiting: 0 }, 250],
  ['under steady traffic a second after the seal before', { sinceSeal: 100, waiting: 1 }, 900],
  ['a loader at work has a few before it', { sinceSeal: 0, waiting: 4 }, 1000],
  ['the more wait, the larger the next', { sinceSeal: 0, waiting: 13 }, 10_000],
  ['up to a minute', { sinceSeal: 0, waiting: 5000 }, 60_000],
  ['a clock that was set back does not keep it open', { sinceSeal: -3_600_000, waiting: 0 }, 1000],
])('%s', (_, state, ms) => {
  expect(sealDelay(state, limits)).toBe(ms)
})

it('bounds the segments of an hour of single events, with the loader on and off', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.boolean(), (everyMs, isLoading) => {
      const hour = 3_600_000
      let [now, sealedAt, waiting, sealed] = [0, Number.NEGATIVE_INFINITY, 0, 0]
      while (now < hour) {
        now += sealDelay({ sinceSeal: now - sealedAt, waiting }, limits) + everyMs
        sealedAt = now
        sealed++
        waiting = isLoading ? 1 : sealed
      }
      expect(sealed).toBeLessThanOrEqual(isLoading ? 3601 : 400)
    }),
    { numRuns: 20 },
  )
})
