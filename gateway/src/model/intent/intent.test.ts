import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scoreIntent } from './intent.ts'
import { bandOf } from './intentBands.ts'
import type { IntentTouch } from './intentEvidence.ts'
import { GOLDEN } from './intentGolden.fixture.ts'
import { MOST_REASONS, reasonText, topReasons } from './intentReasons.ts'
import { GOLDEN_MODEL, goldenTouches, MODEL, seasonFor, touchOf } from './scoreRows.fixture.ts'

const ASOF = 20_500
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe('the worked table', () => {
  test.each(GOLDEN)('$name', golden => {
    const score = scoreIntent(GOLDEN_MODEL, goldenTouches(golden, ASOF), ASOF, seasonFor(golden.zeta))
    expect(score.points).toBeCloseTo(golden.points, 9)
    expect(score.score).toBeCloseTo(golden.intent, 9)
    expect(score.breadth).toBeCloseTo(golden.breadth, 9)
    expect(score.surge).toBeCloseTo(golden.surge, 9)
    expect(score.negative).toBeCloseTo(golden.negative, 9)
    expect(Object.keys(score.categories).sort()).toEqual(Object.keys(golden.categories).sort())
    for (const [category, z] of Object.entries(golden.categories)) expect(score.categories[category]).toBeCloseTo(z, 9)
    expect(sum(score.parts.map(part => part.points))).toBeCloseTo(score.points, 9)
  })
})

const person = fc.record({ profileId: fc.constantFrom('a', 'b', 'c', 'd', 'e'), q: fc.constantFrom(1, 0.9, 0.5) })
const touch = fc
  .record({
    who: person,
    type: fc.constantFrom(...Object.keys(MODEL.types)),
    topic: fc.constantFrom('', 'heat'),
    age: fc.integer({ min: 0, max: 460 }),
    n: fc.integer({ min: 1, max: 40 }),
  })
  .map(({ who, type, topic, age, n }) =>
    touchOf({
      ...who,
      identified: who.profileId < 'd',
      role: who.profileId === 'a' ? 1.3 : who.profileId < 'd' ? 1 : 0.4,
      type,
      topic,
      day: ASOF - age,
      n,
    }),
  )
const touches = fc.array(touch, { maxLength: 40 })
const score = (given: readonly IntentTouch[]) => scoreIntent(MODEL, given, ASOF)

describe('laws', () => {
  test('all parts, and the reasons that are told, add up to the points', () => {
    fc.assert(
      fc.property(touches, given => {
        const { points, parts } = score(given)
        expect(sum(parts.map(part => part.points))).toBeCloseTo(points, 9)
        expect(sum(topReasons(parts).map(part => part.points))).toBeCloseTo(points, 9)
        expect(topReasons(parts).filter(({ kind }) => kind !== 'other' && kind !== 'floor').length).toBeLessThanOrEqual(MOST_REASONS)
      }),
    )
  })

  test('the order of touches does not matter', () => {
    fc.assert(
      fc.property(touches, given => {
        expect(score([...given].reverse()).points).toBeCloseTo(score(given).points, 9)
      }),
    )
  })

  test('one more certain touch of positive weight never lowers a category, breadth or, surge aside, the points', () => {
    // A touch of long ago raises what is usual for the account, and with that may take from its surge.
    const calm = { ...MODEL, surge: { ...MODEL.surge, points: 0 } }
    fc.assert(
      fc.property(touches, touch, (given, more) => {
        fc.pre((MODEL.types[more.type]?.weight ?? 0) > 0)
        const [before, after] = [given, [...given, { ...more, q: 1 }]].map(all => scoreIntent(calm, all, ASOF))
        if (before === undefined || after === undefined) throw new Error('two scores')
        expect(after.points).toBeGreaterThanOrEqual(before.points - 1e-9)
        expect(after.breadth).toBeGreaterThanOrEqual(before.breadth - 1e-9)
        for (const [category, z] of Object.entries(before.categories)) {
          if (category === MODEL.types[more.type]?.category) expect(after.categories[category]).toBeGreaterThanOrEqual(z - 1e-9)
          else expect(after.categories[category]).toBeCloseTo(z, 9)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('a surge of passive activity alone adds at most its own 15 points to the 32 of the categories', () => {
    const passive = Object.entries(MODEL.types).filter(
      ([, { category, weight }]) => category !== null && weight > 0 && MODEL.categories[category]?.passive === true,
    )
    // Known for five weeks, silent, then everybody every day.
    const ages = [35, ...Array.from({ length: 21 }, (_, age) => age)]
    const flood = passive.flatMap(([type]) =>
      ages.flatMap(age =>
        Array.from({ length: 40 }, (_, index) =>
          touchOf({ profileId: `p${index}`, identified: true, role: 1.3, type, day: ASOF - age, n: 1000 }),
        ),
      ),
    )
    const { points, surge } = score(flood)
    expect(surge).toBeGreaterThan(10)
    expect(surge).toBeLessThanOrEqual(MODEL.surge.points)
    expect(points - surge).toBeLessThanOrEqual(32)
  })

  test('the same activity over more people is worth at least as much', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('Pricing Viewed', 'Demo Requested', 'Content Downloaded', 'Page Viewed'), fc.nat(60)), {
          minLength: 1,
          maxLength: 12,
        }),
        given => {
          const by = (who: (index: number) => string) =>
            given.map(([type, age], index) => touchOf({ profileId: who(index), identified: true, role: 1, type, day: ASOF - age, n: 1 }))
          expect(score(by(index => `p${index % 3}`)).points).toBeGreaterThanOrEqual(score(by(() => 'p0')).points - 1e-9)
        },
      ),
    )
  })

  test('no volume of passive activity without a surge passes 55.1, and none outranks a demo request', () => {
    const passive = Object.entries(MODEL.types).filter(
      ([, { category }]) => category !== null && MODEL.categories[category]?.passive === true,
    )
    const flood = passive.flatMap(([type]) =>
      Array.from({ length: 300 }, (_, index) =>
        touchOf({ profileId: `p${index}`, identified: true, role: 1.3, type, day: ASOF, n: 1_000_000 }),
      ),
    )
    const demo = touchOf({ profileId: 'p', identified: true, role: 1, type: 'Demo Requested', day: ASOF, n: 1 })
    expect(score(flood).score).toBeLessThanOrEqual(55.1)
    expect(score(flood).score).toBeLessThan(score([demo]).score)
  })

  test('1,000 anonymous visitors are at most one person in breadth', () => {
    const crowd = Array.from({ length: 1000 }, (_, index) =>
      touchOf({ profileId: `p${index}`, identified: false, role: 0.4, type: 'Pricing Viewed', day: ASOF, n: 3 }),
    )
    expect(score(crowd).breadth).toBe(0)
    const viewers = crowd.map(one => ({ ...one, type: 'Page Viewed' }))
    expect(score(viewers).score).toBeLessThan(33)
  })

  test('a day counts a type up to its cap, over all topics and identifiers of the person', () => {
    const views = (n: number, topic: string) =>
      touchOf({ profileId: 'p', identified: true, role: 1, type: 'Pricing Viewed', topic, day: ASOF, n })
    expect(score([views(3, 'a'), views(9, 'b')]).points).toBeCloseTo(score([views(5, '')]).points, 12)
    expect(score([views(3, 'a')]).points).toBeLessThan(score([views(5, '')]).points)
  })

  test('a touch of tomorrow, or of before the window, counts nothing', () => {
    const demo = (day: number) => touchOf({ profileId: 'p', identified: true, role: 1, type: 'Demo Requested', day, n: 1 })
    expect(score([demo(ASOF + 1)]).people).toBe(0)
    expect(score([demo(ASOF - 450)]).people).toBe(0)
    expect(score([demo(ASOF - 449)]).people).toBe(1)
  })

  test('what was sent to a person is no activity that could surge', () => {
    const days = (type: string) =>
      Array.from({ length: 10 }, (_, index) => touchOf({ profileId: 'p', identified: true, role: 1, type, day: ASOF - index * 4, n: 1 }))
    expect(score(days('Email Delivered')).surgeIndex).toBeNull()
    expect(score(days('Page Viewed')).surgeIndex).not.toBeNull()
  })
})

test('what negatives take below zero is given back in the open', () => {
  const lost = touchOf({ profileId: 'p', identified: true, role: 1, type: 'Opportunity Lost', day: ASOF, n: 1 })
  expect(topReasons(score([lost]).parts).map(({ kind, points }) => [kind, points])).toEqual([
    ['negative', -60],
    ['floor', 60],
  ])
})

test('a band rises at its threshold and falls five points below it', () => {
  const { bands } = MODEL
  expect([19.9, 20, 45, 70].map(intent => bandOf(intent, null, bands))).toEqual(['cold', 'engaged', 'warm', 'hot'])
  expect([65, 64.9, 40, 39.9, 15, 14.9].map(intent => bandOf(intent, 'hot', bands))).toEqual([
    'hot',
    'warm',
    'warm',
    'engaged',
    'engaged',
    'cold',
  ])
  expect(bandOf(66, 'warm', bands)).toBe('warm')
})

test('reasons are told in plain words', () => {
  const part = { kind: 'touch', type: 'Demo Requested', topic: '', points: 36.58, count: 1, lastAt: (ASOF - 3) * 86_400_000 + 5 } as const
  expect(reasonText(part, { name: 'Ana', asof: ASOF })).toBe('Ana requested a demo 1x, last 3 d ago: +36.6 points')
  expect(
    reasonText({ ...part, kind: 'negative', type: 'Careers Viewed', topic: 'jobs', points: -15, count: 3 }, { name: 'Ana', asof: ASOF }),
  ).toBe('Ana viewed careers about jobs 3x, last 3 d ago: −15.0 points')
  expect(reasonText({ ...part, kind: 'surge', points: 3 }, { name: '', asof: ASOF })).toBe(
    'more activity than this account usually has: +3.0 points',
  )
})
