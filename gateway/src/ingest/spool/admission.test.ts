import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Fill, type RefusalCause, refusalCause, retryAfterSeconds } from './admission.ts'

/** A spool with a limit of 1000, filled by these sources; they and `idle` many others are active. */
function filled(bySource: Readonly<Record<string, number>>, more: Partial<Fill> & { others?: number } = {}): Fill {
  const { others = 0, ...rest } = more
  const entries = Object.entries(bySource)
  return {
    bytes: entries.reduce((sum, [, bytes]) => sum + bytes, 0),
    maxBytes: 1000,
    queuedBytes: 0,
    maxQueuedBytes: 100,
    hasRoom: true,
    sharing: () => ({ bySource: new Map(entries), activeSources: entries.length + others }),
    ...rest,
  }
}

describe('a request is refused', () => {
  const cases: readonly [title: string, source: string, fill: Fill, because: RefusalCause | null][] = [
    ['not from an empty spool', 'a', filled({}), null],
    ['not below 80 %, however noisy the source', 'a', filled({ a: 790, b: 9 }), null],
    ['from 80 % on when most of what waits is of its source', 'a', filled({ a: 700, b: 100 }), 'source_share'],
    ['not when the noise is of another source', 'b', filled({ a: 700, b: 100 }), null],
    ['not for what others did when it sends for the first time', 'new', filled({ a: 800 }, { others: 1 }), null],
    ['not while it is alone, up to the limit', 'a', filled({ a: 999 }), null],
    ['once another source is active, though nothing of that one waits', 'a', filled({ a: 800 }, { others: 1 }), 'source_share'],
    ['not when two have half each', 'a', filled({ a: 400, b: 400 }), null],
    ['not at 80 % with less than half', 'a', filled({ a: 380, b: 320, c: 100 }), null],
    ['near the limit with more than an equal share', 'a', filled({ a: 400, b: 320, c: 270 }), 'source_share'],
    ['at the limit, whoever asks', 'b', filled({ a: 990, b: 10 }), 'spool_full'],
    ['at the limit, though it is alone', 'a', filled({ a: 1000 }), 'spool_full'],
    ['when the volume is almost full', 'a', filled({}, { hasRoom: false }), 'disk_full'],
    ['when too much waits for a slow commit', 'a', filled({}, { queuedBytes: 100 }), 'disk_slow'],
  ]
  it.each(cases)('%s', (_, source, fill, because) => {
    expect(refusalCause(source, fill)).toBe(because)
  })

  const loads = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 2, maxLength: 8 }).filter(parts => {
    const all = parts.reduce((sum, part) => sum + part, 0)
    return all > 0 && all < 1000
  })

  it('never below the limit when its source has no more than an equal share', () => {
    fc.assert(
      fc.property(loads, parts => {
        const fill = filled(Object.fromEntries(parts.map((part, index) => [`s${index}`, part])))
        for (const [index, part] of parts.entries()) {
          if (part <= fill.bytes / parts.length) expect(refusalCause(`s${index}`, fill)).toBeNull()
        }
      }),
    )
  })

  it('never while a noisier one is not', () => {
    fc.assert(
      fc.property(loads, parts => {
        const fill = filled(Object.fromEntries(parts.map((part, index) => [`s${index}`, part])))
        const refused = parts.map((_, index) => refusalCause(`s${index}`, fill) !== null)
        const quietest = Math.min(...parts.filter((_, index) => refused[index]))
        for (const [index, part] of parts.entries()) if (part > quietest) expect(refused[index]).toBe(true)
      }),
    )
  })

  it('so that a flood leaves the last fifth to the others, however long it goes on', () => {
    // How much of the flood comes before each request of the quiet source.
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 60 }), { minLength: 49, maxLength: 49 }), bursts => {
        const waiting: Record<'flood' | 'quiet', number> = { flood: 0, quiet: 0 }
        const send = (source: 'flood' | 'quiet') => {
          const because = refusalCause(source, filled(waiting, { others: waiting.flood * waiting.quiet === 0 ? 1 : 0 }))
          if (because === null) waiting[source] += 4
          return because
        }
        for (const burst of bursts) {
          for (let index = 0; index < burst; index++) send('flood')
          expect(send('quiet')).toBeNull()
        }
        expect(waiting.flood).toBeLessThanOrEqual(800)
        expect(waiting.quiet).toBe(196)
      }),
      { numRuns: 50 },
    )
  })
})

describe('the time to wait', () => {
  it.each([
    ['what is above 80 %, at the speed of loading', { bytes: 900, maxBytes: 1000, drain: 10 }, 10],
    ['a whole number', { bytes: 805, maxBytes: 1000, drain: 3 }, 2],
    ['half a minute while nothing is loaded', { bytes: 1000, maxBytes: 1000, drain: 0 }, 30],
    ['never more than five minutes', { bytes: 1000, maxBytes: 1000, drain: 0.001 }, 300],
    ['never less than a second', { bytes: 801, maxBytes: 1000, drain: 1_000_000 }, 1],
    ['a second when there is space again', { bytes: 10, maxBytes: 1000, drain: 0 }, 1],
  ])('is %s', (_, state, seconds) => {
    expect(retryAfterSeconds(state)).toBe(seconds)
  })
})
