import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHotSet, type HotSet } from './dedupe.ts'

describe('the hot set', () => {
  it('remembers an id only after it became durable', () => {
    const hot = createHotSet({ now: () => 0 })
    const flight = hot.open('web')
    expect(flight.claim('m1')).toBe('new')
    expect(hot.open('web').claim('m1')).toBeInstanceOf(Promise)
    flight.settle(true)
    expect(hot.open('web').claim('m1')).toBe('seen')
  })

  it('lets a copy wait for the one that is on its way, and see it land', async () => {
    const hot = createHotSet({ now: () => 0 })
    const flight = hot.open('web')
    flight.claim('m1')
    const copy = hot.open('web').claim('m1')
    flight.settle(true)
    expect(await copy).toBe(true)
  })

  it('gives the id to the copy when the first one fails, so that neither is lost', async () => {
    const hot = createHotSet({ now: () => 0 })
    const flight = hot.open('web')
    flight.claim('m1')
    const [second, third] = [hot.open('web').claim('m1'), hot.open('web').claim('m1')]
    flight.settle(false)
    expect([await second, await third]).toEqual([false, false])
    expect(hot.open('web').claim('m1')).toBe('new')
    expect(hot.open('web').claim('m1')).toBeInstanceOf(Promise)
  })

  it('tells a copy within one request, and of it after a failure', () => {
    const hot = createHotSet({ now: () => 0 })
    const flight = hot.open('web')
    expect([flight.claim('m1'), flight.claim('m1')]).toEqual(['new', 'again'])
    flight.settle(false)
    const second = hot.open('web')
    expect([second.claim('m1'), second.claim('m1')]).toEqual(['new', 'again'])
  })

  it('tells ids apart as a set of texts does, whatever they are and however many', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2), fc.string({ unit: 'binary', maxLength: 100 })), { maxLength: 40 }),
        fc.integer(),
        (ids, seed) => {
          const hot = createHotSet({ now: () => 0, seed })
          const known = new Set<string>()
          for (const [source, id] of [...ids, ...ids]) {
            const flight = hot.open(String(source))
            expect(flight.claim(id)).toBe(known.has(`${source} ${id}`) ? 'seen' : 'new')
            known.add(`${source} ${id}`)
            flight.settle(true)
          }
        },
      ),
    )
    const hot = createHotSet({ now: () => 0 })
    // The bytes of one are those of the other.
    for (const id of ['\u6161', 'aa', '\u6161\u6161', 'aaaa']) expect(hot.open('web').claim(id)).toBe('new')
    const many = Array.from({ length: 50_000 }, (_, index) => `some-prefix-${index}`)
    const flight = hot.open('web')
    for (const id of many) expect(flight.claim(id)).toBe('new')
    flight.settle(true)
    for (const id of many) expect(hot.open('web').claim(id)).toBe('seen')
  })

  it('keeps sources apart', () => {
    const hot = createHotSet({ now: () => 0 })
    land(hot, 'web', 'm1')
    expect(hot.open('app').claim('m1')).toBe('new')
  })

  it('forgets after the window, not before', () => {
    const clock = { at: 0 }
    const hot = createHotSet({ now: () => clock.at, windowMs: 1000 })
    for (const at of [0, 400, 800, 1300]) {
      clock.at = at
      land(hot, 'web', `at ${at}`)
    }
    clock.at = 1399
    expect(hot.open('web').claim('at 400')).toBe('seen')
    clock.at = 5000
    expect(hot.open('web').claim('at 1300')).toBe('new')
  })

  it('holds no more than the given number of ids, the newest', () => {
    const hot = createHotSet({ now: () => 0, maxKeys: 30 })
    const ids = Array.from({ length: 100 }, (_, index) => `m${index}`)
    for (const id of ids) land(hot, 'web', id)
    const flight = hot.open('web')
    const seen = ids.toReversed().filter(id => flight.claim(id) === 'seen')
    expect(seen.length).toBeLessThanOrEqual(30)
    expect(seen.length).toBeGreaterThanOrEqual(20)
    expect(seen[0]).toBe('m99')
  })
})

function land(hot: HotSet, sourceId: string, messageId: string): void {
  const flight = hot.open(sourceId)
  flight.claim(messageId)
  flight.settle(true)
}
