import { describe, expect, test } from 'vitest'
import { type AccountTouch, indexFeatures } from './features.ts'
import { at, dayOf, INTENT, ms } from './journey.fixture.ts'

const index = (...touches: AccountTouch[]) => indexFeatures(touches, INTENT, seen => ({ web: seen.length, content: 2 }))
const asOf = (day: string, ...touches: AccountTouch[]) => index(...touches).asOf(dayOf(day))

describe('features as of a day', () => {
  test('a window of n days holds the day itself and the n − 1 before', () => {
    const touch = at('2026-03-01 23:59:59.999', 'Pricing Viewed', { n: 3 })
    expect(asOf('2026-03-14', touch).count(['Pricing Viewed'], 14)).toBe(3)
    expect(asOf('2026-03-15', touch).count(['Pricing Viewed'], 14)).toBe(0)
    expect(asOf('2026-02-28', touch).count(['Pricing Viewed'], 14)).toBe(0)
  })

  test('a category stands for its types, and * for every touch', () => {
    const touches = [at('2026-03-01', 'Content Viewed'), at('2026-03-01', 'Pricing Viewed'), at('2026-03-01', 'Own Event')]
    const features = asOf('2026-03-01', ...touches)
    expect([['@content'], ['@content', 'Pricing Viewed'], ['*'], ['@handraise']].map(types => features.count(types, 1))).toEqual([
      1, 2, 3, 0,
    ])
  })

  test('people are counted once, sessions by day', () => {
    const touches = [
      at('2026-03-01 09:00:00.000', 'Session Started', { n: 2, topic: 'crm' }),
      at('2026-03-02 09:00:00.000', 'Session Started', { profileId: 'bo' }),
      at('2026-03-02 10:00:00.000', 'Session Started'),
    ]
    const features = asOf('2026-03-02', ...touches)
    expect(features.people(['Session Started'], 5)).toBe(2)
    expect(features.sessions(5)).toEqual({ sessions: 4, activeDays: 2, topic: true })
    expect(features.sessions(1)).toEqual({ sessions: 2, activeDays: 1, topic: false })
  })

  test('at an instant only what has surely happened by then is seen', () => {
    const orders = at('2026-03-01 09:00:00.000', 'Order Completed', { n: 3, lastAt: ms('2026-03-01 12:00:00.000') })
    const seen = (time: string) => index(orders).asOf(dayOf('2026-03-01'), ms(time)).count(['Order Completed'], 1)
    expect(['08:00', '09:00', '11:00', '12:00'].map(hour => seen(`2026-03-01 ${hour}:00.000`))).toEqual([0, 1, 1, 3])
  })

  test('points are added over categories, from the touches up to the day', () => {
    const features = asOf('2026-03-01', at('2026-03-01', 'Page Viewed'), at('2026-03-02', 'Page Viewed'))
    expect([features.z(['web']), features.z(['web', 'content']), features.z(['email'])]).toEqual([1, 3, 0])
  })

  test('an opportunity is open until it is won or lost, and a loss of something unknown opens nothing', () => {
    const [lost, created, won] = [
      at('2026-03-01', 'Opportunity Lost'),
      at('2026-03-02', 'Opportunity Created'),
      at('2026-03-04', 'Opportunity Won'),
    ]
    expect(['2026-03-01', '2026-03-03', '2026-03-04'].map(day => asOf(day, lost, created, won).openOpportunity())).toEqual([
      false,
      true,
      false,
    ])
  })

  test('evidence is the newest first, ten at most', () => {
    const touches = Array.from({ length: 12 }, (_, day) => at(`2026-03-${String(day + 1).padStart(2, '0')}`, 'Page Viewed'))
    const ids = asOf('2026-03-20', ...touches).evidence(['*'], 30)
    expect([ids.length, ids[0]]).toEqual([10, 'Page Viewed 2026-03-12'])
  })
})
