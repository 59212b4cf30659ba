import type { TrackingPlan } from '@waymark/schemas/plan'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPlanCheck } from '../check.ts'
import { PLAN, planOf, planWith, track } from '../example.fixture.ts'
import { lintPlan } from '../lint/lintPlan.ts'
import { diffPlans } from './diffPlans.ts'

const CLOSED = { unplanned: { properties: 'violation', events: 'violation' } } as const
const told = (old: TrackingPlan | null, next: TrackingPlan) =>
  diffPlans(old, next).map(({ level, path, message }) => `${level} ${path} ${message}`)
const between = (old: object, next: object, more: Partial<TrackingPlan> = CLOSED) =>
  told(planOf({ properties: { a: old } }, more), planOf({ properties: { a: next } }, more)).map(line =>
    line.replace('/events/One/properties/properties', ''),
  )

describe('the difference between two plans', () => {
  it('is nothing between a plan and itself, and a beginning after nothing', () => {
    expect(diffPlans(PLAN, structuredClone(PLAN))).toEqual([])
    expect(told(null, PLAN)).toEqual(['check  is the first version: its sources are checked from now on'])
  })

  it.each<[string, object, object, string]>([
    ['a narrowed type', { type: ['string', 'integer'] }, { type: 'string' }, 'breaking /a may no longer be integer'],
    ['numbers that must be whole', { type: 'number' }, { type: 'integer' }, 'breaking /a may no longer be number'],
    ['whole numbers that need not be', { type: 'integer' }, { type: 'number' }, 'compatible /a may now be number'],
    ['a value that is gone', { enum: ['x', 'y'] }, { enum: ['x'] }, 'breaking /a may no longer be "y"'],
    ['a value more', { enum: ['x'] }, { enum: ['x', 'y'] }, 'compatible /a may now be "y" too'],
    ['values where there were none', { type: 'string' }, { type: 'string', enum: ['x'] }, 'breaking /a must now be one of "x"'],
    ['a raised minimum', { minimum: 1 }, { minimum: 2 }, 'breaking /a has “minimum” 2 now (was 1)'],
    ['a lowered minimum', { minimum: 2 }, { minimum: 1 }, 'compatible /a has “minimum” 1 now (was 2)'],
    ['a new length', {}, { maxLength: 9 }, 'breaking /a has “maxLength” 9 now (was free)'],
    ['another pattern', { pattern: 'a' }, { pattern: 'b' }, 'breaking /a/pattern changed'],
    ['no pattern any more', { pattern: 'a' }, {}, 'compatible /a has no “pattern” any more'],
    ['items that are narrower', { items: { type: 'number' } }, { items: { type: 'integer' } }, 'breaking /a/items may no longer be number'],
    [
      'another form',
      { anyOf: [{ type: 'string' }] },
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
      'compatible /a/anyOf may have another form too',
    ],
    [
      'a form that is gone',
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
      { anyOf: [{ type: 'null' }] },
      'breaking /a/anyOf changed in its forms',
    ],
    ['other words', { description: 'x' }, { description: 'y' }, 'compatible /a/description says it in other words'],
  ])('knows %s', (_, old, next, line) => {
    expect(between(old, next)).toEqual([line])
  })

  it('knows what is added, required, gone and closed', () => {
    const [one, two] = [planOf({ properties: { a: {} } }), planOf({ properties: { a: {}, b: { type: 'string' } }, required: ['a'] })]
    expect(told(one, two)).toEqual([
      'breaking /events/One/properties/required “a” is required now',
      'check /events/One/properties/properties/b is described now: senders who already send it are held to it',
    ])
    expect(told({ ...one, ...CLOSED }, { ...two, ...CLOSED })[1]).toBe('compatible /events/One/properties/properties/b is new')
    expect(told(two, one)).toEqual([
      'compatible /events/One/properties/required “a” may be missing now',
      'compatible /events/One/properties/properties/b is not looked at any more',
    ])
    expect(told({ ...two, ...CLOSED }, { ...one, ...CLOSED })[1]).toContain('breaking /events/One/properties/properties/b is gone')
    expect(told(one, { ...one, ...CLOSED }).filter(line => line.startsWith('breaking'))).toEqual([
      'breaking /unplanned/events events that the plan does not name are violations now',
      'breaking /events/One/properties properties that are not described are violations now',
    ])
  })

  it('knows events that come and go, and modes that get stricter', () => {
    const more = planWith({ events: { ...PLAN.events, 'Left Page': {} } })
    expect(told(PLAN, more)).toEqual(['compatible /events/Left Page is new'])
    expect(told(more, PLAN)).toEqual(['breaking /events/Left Page is gone from the plan: sending it is a violation now'])
    expect(told(PLAN, planWith({ sources: { web: 'block', backend: 'observe', app: 'observe' } }))).toEqual([
      'check /sources/web violations meet “block” now (was “quarantine”)',
      'check /sources/app is checked now, in mode “observe”',
    ])
  })

  it('holds page views to what SDKs say of them only when the plan does, and calls that breaking', () => {
    const page = (properties: object) => planWith({ calls: { page: { properties: { properties } } } })
    const levels = (before: object, after: object) => told(page(before), page(after)).map(line => line.split(' ')[0])
    expect(levels({ section: { type: 'string' } }, { section: { type: 'string' }, path: { type: 'string' } })).not.toContain('compatible')
    expect(levels({ section: { type: 'string' }, path: { type: 'string' } }, { section: { type: 'string' } })).not.toContain('breaking')
    expect(levels({ section: { type: 'string' } }, { section: { type: 'string' } })).toEqual([])
  })

  it('follows shared schemas, however they are written', () => {
    const shared = planWith({ $defs: { Line: { type: 'object', properties: { sku: { type: 'string' } } } } })
    expect(told(PLAN, shared).map(line => line.split(' ')[0])).toEqual(['compatible', 'compatible'])
    expect(told(shared, PLAN).filter(line => line.startsWith('breaking'))).toHaveLength(2)
  })

  it('never calls a change compatible that turns a right event into a wrong one', async () => {
    const counted = { compatible: 0, wrong: 0 }
    await fc.assert(
      fc.asyncProperty(
        schemas,
        fc.array(properties, { minLength: 15, maxLength: 15 }),
        fc.boolean(),
        async ([one, other], events, isClosed) => {
          const more = isClosed ? CLOSED : {}
          const [old, next] = [planOf(one, more), planOf(other, more)]
          const linted = await Promise.all([lintPlan(old), lintPlan(next)])
          fc.pre(linted.every(({ plan }) => plan !== null))
          const changes = diffPlans(old, next)
          const [was, is] = [createPlanCheck(old), createPlanCheck(next)]
          for (const event of events) {
            if (was(track('One', event)).length > 0) continue
            const isRight = is(track('One', event)).length === 0
            if (!isRight) {
              counted.wrong++
              expect(
                changes.some(({ level }) => level !== 'compatible'),
                JSON.stringify([one, other, event, changes]),
              ).toBe(true)
              if (isClosed)
                expect(
                  changes.some(({ level }) => level === 'breaking'),
                  JSON.stringify([one, other, event, changes]),
                ).toBe(true)
            } else if (changes.every(({ level }) => level === 'compatible')) counted.compatible++
          }
        },
      ),
      // Each run compiles four schemas; what fails is small enough to be read as it is.
      { numRuns: 150, endOnFailure: true, interruptAfterTimeLimit: 30_000 },
    )
    // The property says something only if both kinds came up.
    expect(counted.compatible).toBeGreaterThan(20)
    expect(counted.wrong).toBeGreaterThan(20)
  })
})

const scalar = fc.constantFrom('x', 'y', 1, 2, 1.5, true, null)
const value = fc.letrec<{ any: unknown }>(tie => ({
  any: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('any'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b'), tie('any'), { noNullPrototype: true }),
  ),
})).any
const properties = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { noNullPrototype: true })

const schema = fc.letrec<{ one: object; leaf: object }>(tie => ({
  leaf: fc
    .record(
      {
        type: fc.oneof(
          fc.constantFrom('string', 'number', 'integer', 'object', 'array', 'boolean'),
          fc.constantFrom(['string', 'null'], ['integer', 'string']),
        ),
        enum: fc.uniqueArray(scalar, { minLength: 1, maxLength: 3 }),
        const: scalar,
        minimum: fc.constantFrom(1, 2),
        maxLength: fc.constantFrom(0, 1),
        maxItems: fc.constantFrom(0, 1),
        minProperties: fc.constantFrom(0, 1),
      },
      { requiredKeys: [], noNullPrototype: true },
    )
    .map(fields => Object.fromEntries(Object.entries(fields).slice(0, 2))),
  one: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.record(
      {
        properties: fc.dictionary(fc.constantFrom('a', 'b'), tie('one'), { noNullPrototype: true }),
        required: fc.uniqueArray(fc.constantFrom('a', 'b')),
        additionalProperties: fc.oneof(fc.boolean(), tie('leaf')),
        items: tie('one'),
        prefixItems: fc.array(tie('leaf'), { minLength: 1, maxLength: 1 }),
        anyOf: fc.array(tie('leaf'), { minLength: 1, maxLength: 2 }),
        not: tie('leaf'),
        patternProperties: fc.record({ '^b': tie('leaf') }, { noNullPrototype: true }),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  ),
})).one

/** A schema, and one that differs from it in one place or in all. */
const schemas = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(object(schema), object(schema)) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(object(schema), fc.constantFrom('a', 'b'), schema)
      .map(([one, name, part]) => [one, changed(one, name, part)] as const),
  },
)

function object(part: fc.Arbitrary<object>): fc.Arbitrary<{ [word: string]: unknown }> {
  return fc.record(
    {
      properties: fc.dictionary(fc.constantFrom('a', 'b'), part, { noNullPrototype: true }),
      required: fc.uniqueArray(fc.constantFrom('a', 'b')),
    },
    { requiredKeys: ['properties'], noNullPrototype: true },
  )
}

/** Words of the part are put into the schema of one property. */
function changed(one: { [word: string]: unknown }, name: string, part: object): { [word: string]: unknown } {
  const map = one.properties as { [name: string]: object }
  const [first] = Object.entries(part)
  const { [first?.[0] ?? 'type']: _, ...rest } = { ...map[name] } as { [word: string]: unknown }
  const next = Object.keys(part).length % 2 === 0 ? { ...rest, ...(first === undefined ? {} : { [first[0]]: first[1] }) } : rest
  return { ...one, properties: { ...map, [name]: next } }
}
