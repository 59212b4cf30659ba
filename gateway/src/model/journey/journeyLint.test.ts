import type { JourneyModel, JourneyState, Predicate } from '@waymark/schemas/model'
import { describe, expect, test } from 'vitest'
import { INTENT, JOURNEY5 } from './journey.fixture.ts'
import { lintJourney } from './journeyLint.ts'

/** journey5 with its second stage changed. */
function consider(change: Partial<JourneyState>): JourneyModel {
  return { ...JOURNEY5, states: JOURNEY5.states.map((state, index) => (index === 1 ? { ...state, ...change } : state)) }
}
const entering = (when: Predicate) => consider({ enter: [{ rule: 'r', when }] })

const broken: readonly [name: string, model: JourneyModel, said: RegExp][] = [
  ['no stage', { ...JOURNEY5, states: [] }, /at least one stage/],
  ['another intent model', { ...JOURNEY5, intent: 'other' }, /asks for "other"/],
  ['a version below 1', { ...JOURNEY5, version: 0 }, /version/],
  ['two stages of one name', consider({ id: 'aware' }), /"aware" is there twice/],
  ['a stage without a rule', consider({ enter: [] }), /can never be entered/],
  ['an unknown floor', consider({ floor: 'nowhere' }), /no stage "nowhere"/],
  ['a floor above the stage', consider({ floor: 'evaluate' }), /lies above/],
  ['half a day of grace', consider({ graceDays: 0.5 }), /graceDays/],
  ['no dormancy', consider({ dormantDays: 0 }), /dormantDays/],
  ['an event that holds', consider({ hold: { event: ['Page Viewed'] } }), /use count with days/],
  ['a hold above its enter', consider({ hold: { z: ['social', 'content', 'event'], gte: 12 } }), /flickers/],
  ['two rules of one name', consider({ enter: [1, 2].map(gte => ({ rule: 'r', when: { count: ['*'], days: 3, gte } })) }), /rule name "r"/],
  ['an unknown category of touches', entering({ event: ['@nothing'] }), /no category "nothing"/],
  ['an unknown category of points', entering({ z: ['nothing'], gte: 3 }), /no category "nothing"/],
  ['an unknown stage', entering({ eventIn: ['Order Completed'], stage: 'nowhere' }), /no stage "nowhere"/],
  ['a negated event', entering({ not: { event: ['Page Viewed'] } }), /cannot be negated/],
  ['an empty any', entering({ any: [] }), /any of nothing/],
  ['an empty all', entering({ all: [] }), /all of nothing/],
  ['no type', entering({ event: [] }), /no touch type/],
  ['a window of no days', entering({ count: ['*'], days: 0, gte: 1 }), /days must be/],
  ['a threshold of nothing', entering({ count: ['*'], days: 3, gte: 0 }), /gte must be above 0/],
  ['a zeroth event', entering({ event: ['Order Completed'], nth: 0 }), /nth/],
  ['no time to return', { ...JOURNEY5, status: { ...JOURNEY5.status, returnedDays: 0 } }, /returnedDays/],
]

describe('lintJourney', () => {
  test('has nothing against the built-in model', () => expect(lintJourney(JOURNEY5, INTENT)).toEqual([]))

  test.each(broken)('says where and why: %s', (_, model, said) => {
    expect(lintJourney(model, INTENT)).toEqual(expect.arrayContaining([expect.stringMatching(said)]))
  })
})
