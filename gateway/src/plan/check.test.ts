import { readdirSync, readFileSync } from 'node:fs'
import type { Event } from '@waymark/schemas/event'
import type { PlanDialect } from '@waymark/schemas/plan'
import { describe, expect, it } from 'vitest'
import { createPlanCheck } from './check.ts'
import { PLAN, planOf, planWith, track } from './example.fixture.ts'

const check = createPlanCheck(PLAN)
const told = (event: Event) => check(event).map(({ code, path, message }) => `${code} ${path}: ${message}`)

describe('the check of an event by its plan', () => {
  it('has nothing to say of what is planned', () => {
    expect(check(track('Demo Requested', { plan: 'team', seats: 3, email: 'ana@acme.test' }))).toEqual([])
    expect(check(track('Invoice Paid'))).toEqual([])
    expect(check({ type: 'identify', userId: 'u', traits: { email: 'a@b.test', free: 1 } })).toEqual([])
    expect(check({ type: 'page', anonymousId: 'a' })).toEqual([])
    expect(check({ type: 'alias', userId: 'u', previousId: 'p' })).toEqual([])
  })

  it('tells every fault with code, place and what would be right', () => {
    expect(told(track('Demo Requested', { seats: 0.5, mail: 1, email: 'ana' }))).toEqual([
      'plan_required /properties/plan: properties.plan is missing',
      'unplanned_property /properties/mail: properties.mail is not in the plan',
      'plan_wrong_type /properties/seats: properties.seats must be integer',
      'plan_wrong_value /properties/seats: properties.seats must be >= 1',
      'plan_wrong_value /properties/email: properties.email must match format "email"',
    ])
    expect(told(track('Demo Requested', { plan: 'gold' }))).toEqual([
      'plan_wrong_value /properties/plan: properties.plan must be one of "free", "team", "enterprise"',
    ])
    expect(told(track('Invoice Paid', { lines: [{ sku: 'ABC-1' }, { sku: 'abc' }, {}] }))).toEqual([
      'plan_wrong_value /properties/lines/1/sku: properties.lines.1.sku must match pattern "^[A-Z]{3}-\\d+$"',
      'plan_required /properties/lines/2/sku: properties.lines.2.sku is missing',
    ])
    expect(told({ type: 'identify', userId: 'u', traits: { email: 7 } })).toEqual([
      'plan_wrong_type /traits/email: traits.email must be string',
    ])
  })

  it('takes what SDKs of pages say of each view themselves as planned, and nothing else', () => {
    const plan = planWith({ calls: { page: { properties: { properties: { section: { enum: ['plans'] }, path: { type: 'string' } } } } } })
    const pages = createPlanCheck(plan)
    const golden = new URL('../../../test/peers/golden/', import.meta.url)
    const views = readdirSync(golden).flatMap(name => {
      const { calls } = JSON.parse(readFileSync(new URL(name, golden), 'utf8')) as {
        calls: { type: string; event: { properties: object } }[]
      }
      return calls.filter(({ type }) => type === 'page').map(({ event }) => ({ ...event.properties }))
    })
    expect(views.length).toBeGreaterThan(8)
    for (const properties of views) expect(pages({ type: 'page', anonymousId: 'a', properties })).toEqual([])
    const codes = (properties: { [name: string]: unknown }) =>
      pages({ type: 'page', anonymousId: 'a', properties }).map(({ code, path }) => `${code} ${path}`)
    expect(codes({ url: 'x', sektion: 'plans' })).toEqual(['unplanned_property /properties/sektion'])
    expect(codes({ section: 'blog', path: 7 }).sort()).toEqual(['plan_wrong_type /properties/path', 'plan_wrong_value /properties/section'])
    const itself = createPlanCheck(planWith({ calls: { page: { properties: { properties: {}, additionalProperties: false } } } }))
    expect(itself({ type: 'page', anonymousId: 'a', properties: { url: 'x' } })).toHaveLength(1)
    const screens = createPlanCheck(planWith({ calls: { screen: { properties: { properties: {} } } } }))
    expect(screens({ type: 'screen', anonymousId: 'a', properties: { url: 'x' } })).toHaveLength(1)
  })

  it('names the event that was probably meant', () => {
    expect(told(track('demo_requested'))).toEqual([
      'unplanned_event /event: “demo_requested” is not in the plan “site”; did you mean “Demo Requested”?',
    ])
    expect(told(track('toString'))).toEqual(['unplanned_event /event: “toString” is not in the plan “site”'])
  })

  it('lets pass what is not planned where the plan allows it', () => {
    const open = createPlanCheck(planWith({ unplanned: {} }))
    expect(open(track('Anything'))).toEqual([])
    expect(open(track('Demo Requested', { plan: 'free', mail: 1 }))).toEqual([])
  })

  it.each<PlanDialect>(['draft-07', '2020-12'])('takes amounts to the cent as they are written, in %s', dialect => {
    const one = createPlanCheck(planOf({ properties: { amount: { multipleOf: 0.01 } } }, { dialect }))
    for (const amount of [19.99, 0.07, 1_234_567.89]) expect(one(track('One', { amount })), String(amount)).toEqual([])
    expect(one(track('One', { amount: 19.995 })).map(({ path }) => path)).toEqual(['/properties/amount'])
  })

  it.each<[PlanDialect, object, object, readonly string[]]>([
    ['draft-07', { items: [{ type: 'string' }], additionalItems: false }, ['a', 'b'] as never, ['/properties/list']],
    ['2020-12', { prefixItems: [{ type: 'string' }], items: false }, ['a', 'b'] as never, ['/properties/list']],
  ])('speaks %s', (dialect, list, value, paths) => {
    const one = createPlanCheck(planOf({ properties: { list } }, { dialect }))
    expect(one(track('One', { list: value })).map(({ path }) => path)).toEqual(paths)
    expect(one(track('One', { list: ['a'] }))).toEqual([])
  })

  it('knows the properties that alternatives name when it closes a schema', () => {
    const one = createPlanCheck(
      planOf(
        {
          anyOf: [
            { properties: { a: { type: 'string' } }, required: ['a'] },
            { required: ['b'], properties: { b: {} } },
          ],
        },
        { unplanned: { properties: 'violation' } },
      ),
    )
    expect(one(track('One', { a: 'x' }))).toEqual([])
    expect(one(track('One', { a: 'x', c: 1 })).map(({ code, path }) => `${code} ${path}`)).toEqual(['unplanned_property /properties/c'])
    expect(one(track('One', {})).map(({ code, path, message }) => `${code} ${path} ${message}`)).toEqual([
      'plan_wrong_value /properties properties has none of the forms that the plan allows, or more than one',
    ])
  })

  it('tells ten faults at most, and the first alone of an event that is large', () => {
    const many = createPlanCheck(planOf({ additionalProperties: { type: 'string' } }))
    const numbers = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`p${i}`, i]))
    expect(many(track('One', numbers(50)))).toHaveLength(10)
    expect(many(track('One', numbers(400)))).toHaveLength(1)
  })
})
