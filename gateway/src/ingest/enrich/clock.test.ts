import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { correct, type DeviceClock, notAhead, observe, placed } from './clock.ts'
import { createDeviceClocks, historical } from './devices.ts'

const NOON = Date.UTC(2026, 2, 1, 12)
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const YEAR = 365 * 24 * HOUR

/** Offset that is added to an event of now, after requests with these differences (ms) one minute apart. */
function offsetAfter(...differences: number[]): number {
  let clock: DeviceClock | undefined
  let receivedAt = NOON
  for (const difference of differences) {
    receivedAt += MINUTE
    clock = observe(clock, receivedAt - difference, receivedAt)
  }
  const last = receivedAt - (differences.at(-1) ?? 0)
  return clock === undefined ? Number.NaN : correct(clock, last) - last
}

describe('the clock of a device', () => {
  it.each([
    ['transit is no error of a clock', [4999], 0],
    ['nor is a clock a little fast', [-4999], 0],
    ['a clock that is behind', [HOUR], HOUR],
    ['a clock that is ahead', [-HOUR], -HOUR],
    ['the smallest difference is the truth', [HOUR + 900, HOUR + 30, HOUR + 400], HOUR + 30],
    ['a stall of a right clock does not move its events', [20, 30 * SECOND], 0],
    ['a stall of a fast clock that makes it look right', [-MINUTE, -2 * SECOND], -MINUTE],
    ['a clock that was set right is believed at once', [-YEAR, 40], 0],
    ['a clock that was set wrong is believed the second time', [40, YEAR + 20, YEAR], YEAR],
    ['one long stall is not believed', [40, YEAR], 0],
    ['a clock set back', [YEAR, 60], 0],
  ])('%s', (_, differences, offset) => {
    expect(offsetAfter(...differences)).toBe(offset)
  })

  it('forgets a smallest difference after a day, so that drift is followed', () => {
    const morning = observe(undefined, NOON - HOUR, NOON)
    const evening = observe(morning, NOON + 13 * HOUR - HOUR - 8 * SECOND, NOON + 13 * HOUR)
    expect(correct(evening, NOON) - NOON).toBe(HOUR)
    const next = observe(evening, NOON + 26 * HOUR - HOUR - 9 * SECOND, NOON + 26 * HOUR)
    expect(correct(next, NOON) - NOON).toBe(HOUR + 8 * SECOND)
  })

  it('does not let the events of one request confirm one another', () => {
    const right = observe(undefined, NOON - 40, NOON)
    const stalled = observe(observe(right, NOON, NOON + HOUR), NOON, NOON + HOUR)
    expect(correct(stalled, NOON)).toBe(NOON)
  })

  it('takes requests that were held back together for no clock that was set, nor one held back until the clock looks right', () => {
    const known = observe(undefined, NOON - YEAR, NOON)
    const later = NOON + HOUR
    const together = [3, 2, 1].reduce((clock, n) => observe(clock, NOON - YEAR + n * SECOND, later + n), known)
    expect(correct(together, later - YEAR)).toBe(later)
    const fast = observe(undefined, NOON + 30 * MINUTE, NOON)
    const looksRight = observe(fast, NOON + MINUTE + 30 * MINUTE, NOON + MINUTE + 30 * MINUTE)
    expect(correct(looksRight, NOON + 35 * MINUTE)).toBe(NOON + 5 * MINUTE)
    // The next that came at once proves it.
    const proved = observe(looksRight, NOON + 32 * MINUTE + 30 * MINUTE, NOON + 32 * MINUTE)
    expect(proved.suspect).toBeNull()
  })

  it('never turns the order of a device’s events around, whatever is learnt in between', () => {
    const request = fc.record({
      after: fc.integer({ min: 1, max: 20 * MINUTE }),
      transit: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 9 * MINUTE })),
      ages: fc.array(fc.integer({ min: 0, max: HOUR }), { minLength: 1, maxLength: 4 }),
    })
    fc.assert(
      fc.property(fc.integer({ min: -YEAR, max: YEAR }), fc.array(request, { minLength: 1, maxLength: 8 }), (error, requests) => {
        let clock: DeviceClock | undefined
        let sent = NOON
        const stored: { original: number; corrected: number }[] = []
        for (const { after, transit, ages } of requests) {
          sent += after
          clock = observe(clock, sent + error, sent + transit)
          for (const age of ages) {
            const original = sent + error - age
            stored.push({ original, corrected: correct(clock, original) })
            clock = placed(clock, original)
          }
        }
        stored.sort((a, b) => a.original - b.original || a.corrected - b.corrected)
        return stored.every(({ corrected }, index) => index === 0 || corrected >= (stored[index - 1]?.corrected ?? 0))
      }),
      { numRuns: 500 },
    )
  })

  it('places what waited long by what was known nearest to it, however often the clock was learnt anew since', () => {
    let clock: DeviceClock | undefined
    const sent = (n: number) => NOON + n * 2 * MINUTE
    const stored = Array.from({ length: 40 }, (_, n) => {
      // Each request comes a little faster than the one before, so each is a new estimate.
      clock = placed(observe(clock, sent(n) + HOUR, sent(n) + 5 * SECOND - n * 100), sent(n) + HOUR)
      return { original: sent(n) + HOUR, corrected: correct(clock, sent(n) + HOUR) }
    })
    for (const n of [-30, 0.5, 10.5, 20.5, 30.5, 38.5]) {
      const waited = correct(clock ?? observe(undefined, NOON, NOON), sent(n) + HOUR)
      expect(Math.abs(waited - sent(n)), `request ${n}`).toBeLessThan(5 * SECOND)
      const turned = stored.filter(({ original, corrected }) => original < sent(n) + HOUR !== corrected < waited)
      expect(turned, `request ${n}`).toEqual([])
    }
    expect(clock?.steps.length).toBeLessThan(10)
  })

  it('lets nothing lie more than five minutes ahead', () => {
    expect(notAhead(NOON + HOUR, NOON)).toBe(NOON + 5 * MINUTE)
    expect(notAhead(NOON + 4 * MINUTE, NOON)).toBe(NOON + 4 * MINUTE)
  })
})

describe('a thousand devices with clocks up to a year off, one request in ten stalled', () => {
  const devices = createDeviceClocks()
  const random = lcg(42)
  const results = Array.from({ length: 1000 }, (_, n) => {
    const error = Math.round((random() * 2 - 1) * (n % 4 === 0 ? 3 * SECOND : YEAR))
    let at = NOON + Math.round(random() * HOUR)
    const events: { happened: number; timestamp: number; isOnTime: boolean; isSettled: boolean }[] = []
    for (let request = 0; request < 20; request++) {
      at += SECOND + Math.round(random() * 2 * MINUTE)
      const isOnTime = random() > 0.1
      const receivedAt = at + (isOnTime ? 20 + Math.round(random() * 300) : Math.round(5 * SECOND + random() * 4 * MINUTE))
      for (const age of [900, 400, 10]) {
        const happened = at - age
        const { timestamp } = devices.place({ device: `d${n}`, original: happened - error, sentAt: at - error, receivedAt })
        events.push({ happened, timestamp, isOnTime, isSettled: request > 10 })
      }
    }
    return { error, events }
  })

  it('has no event before an earlier one of its device', () => {
    const inversions = results.flatMap(({ events }) =>
      events.filter(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0)),
    )
    expect(inversions).toEqual([])
  })

  it('is less than a second wrong in the end, where the clock was wrong at all', () => {
    const errors = results
      .filter(({ error }) => Math.abs(error) > 6 * SECOND)
      .flatMap(({ events }) =>
        events.filter(({ isOnTime, isSettled }) => isOnTime && isSettled).map(({ happened, timestamp }) => Math.abs(timestamp - happened)),
      )
    expect(errors.length).toBeGreaterThan(10_000)
    expect(Math.max(...errors)).toBeLessThan(SECOND)
  })

  it('leaves clocks alone that are nearly right', () => {
    const moved = results
      .filter(({ error }) => Math.abs(error) < 3 * SECOND)
      .flatMap(({ error, events }) => events.filter(({ isSettled, timestamp, happened }) => isSettled && timestamp !== happened - error))
    expect(moved).toEqual([])
  })
})

describe('placing events', () => {
  const moment = { device: 'd', original: NOON - HOUR, sentAt: NOON - HOUR, receivedAt: NOON }

  it('keeps what the sender said beside what became of it', () => {
    expect(createDeviceClocks().place(moment)).toEqual({ timestamp: NOON, original: NOON - HOUR, sentAt: NOON - HOUR, offset: HOUR })
  })

  it('takes the moment of arrival for an event without a readable time', () => {
    expect(createDeviceClocks().place({ ...moment, original: null })).toEqual({
      timestamp: NOON,
      original: NOON,
      sentAt: NOON - HOUR,
      offset: 0,
    })
  })

  it('corrects nothing when the sender does not say when it sent', () => {
    expect(createDeviceClocks().place({ ...moment, sentAt: null })).toEqual({
      timestamp: NOON - HOUR,
      original: NOON - HOUR,
      sentAt: NOON,
      offset: 0,
    })
  })

  it('leaves an import as it is, however old, but not in the future', () => {
    const original = NOON - 10 * YEAR
    expect(historical({ ...moment, original })).toEqual({ timestamp: original, original, sentAt: NOON - HOUR, offset: 0 })
    expect(historical({ ...moment, original: NOON + YEAR })).toEqual({
      timestamp: NOON + 5 * MINUTE,
      original: NOON + YEAR,
      sentAt: NOON - HOUR,
      offset: 5 * MINUTE - YEAR,
    })
  })

  it('takes the moment of arrival where a correction leads out of what can be stored', () => {
    const sentAt = Date.UTC(2100, 0, 1)
    expect(createDeviceClocks().place({ ...moment, sentAt, original: Date.UTC(1971, 0, 1) })).toMatchObject({ timestamp: NOON })
  })

  it('learns nothing of a clock from what came long before and is taken in again', () => {
    const clocks = createDeviceClocks()
    const live = (at: number) => clocks.place({ device: 'd', original: at, sentAt: at, receivedAt: at + 50 }).timestamp - at
    const ahead = { device: 'd', original: NOON + 8 * MINUTE, sentAt: NOON + 8 * MINUTE, receivedAt: NOON }
    expect(live(NOON + 72 * HOUR)).toBe(0)
    // As it would have been placed then.
    expect(clocks.place(ahead).timestamp).toBe(NOON)
    for (const later of [MINUTE, 10 * MINUTE, 10 * HOUR]) expect(live(NOON + 72 * HOUR + later)).toBe(0)
    // What was only overtaken by another still tells of the clock.
    clocks.place({ ...ahead, original: NOON + 82 * HOUR, sentAt: NOON + 82 * HOUR, receivedAt: NOON + 82 * HOUR - MINUTE })
    expect(live(NOON + 82 * HOUR + 5 * MINUTE)).toBe(-MINUTE)
  })

  it('measures a forgotten device anew', () => {
    const clocks = createDeviceClocks(2)
    clocks.place(moment)
    clocks.place({ ...moment, device: 'other' })
    clocks.place({ ...moment, device: 'third' })
    expect(clocks.place({ ...moment, sentAt: NOON - 1, original: NOON - 1 }).offset).toBe(0)
    expect(clocks.place({ ...moment, sentAt: NOON - HOUR - 1 }).offset).toBe(0)
  })
})

/** Numbers in [0, 1) that are the same in every run. */
function lcg(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
