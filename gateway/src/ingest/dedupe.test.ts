import { describe, expect, it } from 'vitest'
import { createHotSet } from './dedupe.ts'

describe('the hot set', () => {
  it('remembers an id only after it became durable', () => {
    const hot = createHotSet({ now: () => 0 })
    expect(hot.claim('web', 'm1')).toBe('new')
    hot.settle('web', ['m1'], true)
    expect(hot.claim('web', 'm1')).toBe('seen')
  })

  it('lets a copy wait for the one that is on its way, and see it land', async () => {
    const hot = createHotSet({ now: () => 0 })
    hot.claim('web', 'm1')
    const copy = hot.claim('web', 'm1')
    hot.settle('web', ['m1'], true)
    expect(await copy).toBe(true)
  })

  it('gives the id to the copy when the first one fails, so that neither is lost', async () => {
    const hot = createHotSet({ now: () => 0 })
    hot.claim('web', 'm1')
    const [second, third] = [hot.claim('web', 'm1'), hot.claim('web', 'm1')]
    hot.settle('web', ['m1'], false)
    expect([await second, await third]).toEqual([false, false])
    expect(hot.claim('web', 'm1')).toBe('new')
    expect(hot.claim('web', 'm1')).toBeInstanceOf(Promise)
  })

  it('keeps sources apart', () => {
    const hot = createHotSet({ now: () => 0 })
    hot.claim('web', 'm1')
    hot.settle('web', ['m1'], true)
    expect(hot.claim('app', 'm1')).toBe('new')
  })

  it('forgets after the window, not before', () => {
    const clock = { at: 0 }
    const hot = createHotSet({ now: () => clock.at, windowMs: 1000 })
    for (const at of [0, 400, 800, 1300]) {
      clock.at = at
      hot.claim('web', `at ${at}`)
      hot.settle('web', [`at ${at}`], true)
    }
    clock.at = 1399
    expect(hot.claim('web', 'at 400')).toBe('seen')
    clock.at = 5000
    expect(hot.claim('web', 'at 1300')).toBe('new')
  })

  it('holds no more than the given number of ids, the newest', () => {
    const hot = createHotSet({ now: () => 0, maxKeys: 30 })
    const ids = Array.from({ length: 100 }, (_, index) => `m${index}`)
    for (const id of ids) {
      hot.claim('web', id)
      hot.settle('web', [id], true)
    }
    const seen = ids.filter(id => hot.claim('web', id) === 'seen')
    expect(seen.length).toBeLessThanOrEqual(30)
    expect(seen.length).toBeGreaterThanOrEqual(20)
    expect(seen.at(-1)).toBe('m99')
  })
})
