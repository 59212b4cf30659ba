import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPlanCheck } from '../check.ts'
import { PLAN, planOf, planWith, track } from '../example.fixture.ts'
import { lintPlan, lintPlanText } from './lintPlan.ts'

const errorsOf = async (plan: unknown) =>
  (await lintPlan(plan)).problems.filter(({ level }) => level === 'error').map(({ path, message }) => `${path} ${message}`)

describe('the lint of a tracking plan', () => {
  it('has nothing to say of a good plan, in either draft', async () => {
    expect(await lintPlan(PLAN)).toEqual({ problems: [], plan: PLAN })
    expect(await lintPlan(planWith({ dialect: 'draft-07' }))).toMatchObject({ problems: [] })
  })

  it.each<[unknown, string]>([
    [[], ' a plan must be a JSON object'],
    [planWith({ id: 'a b' }), '/id the plan needs a name'],
    [planWith({ version: 0 }), '/version must be a whole number'],
    [{ ...PLAN, evnts: {} }, '/evnts a plan has no “evnts”; did you mean “events”'],
    [planWith({ sources: {} }), '/sources must say which sources'],
    [
      { ...PLAN, sources: { web: 'qarantine' } },
      '/sources/web the mode must be one of observe, quarantine, block; did you mean “quarantine”',
    ],
    [{ ...PLAN, unplanned: { events: 'deny' } }, '/unplanned/events must be "allow" or "violation"'],
    [{ ...PLAN, events: { ' a': {} } }, '/events/ a names come without blanks'],
    [{ ...PLAN, calls: { alias: {} } }, '/calls/alias there is no such call'],
    [planOf({ requierd: ['a'] }), '/events/One/properties/requierd “requierd” is no word of JSON Schema 2020-12; did you mean “required”'],
    [planOf({ seats: { type: 'integer' } }), 'is no word of JSON Schema'],
    [planOf({ type: 'array' }), '/events/One/properties/type properties are always an object'],
    [planOf({ properties: { 'a/b': { type: 'text' } } }), '/events/One/properties/properties/a~1b/type there is no type "text"'],
    [planOf({ properties: { a: { minLength: 3, maxLength: 2 } } }), 'is above “maxLength”'],
    [planOf({ properties: { a: { format: 'e-mail' } } }), 'did you mean “email”'],
    [planOf({ properties: { a: { enum: [] } } }), 'list of the allowed values'],
    [planOf({ required: 'a' }), 'must be a list of names'],
    [planOf({ prefixItems: [{}] }, { dialect: 'draft-07' }), '“prefixItems” is no word of JSON Schema draft-07'],
    [planOf({ properties: { a: { items: [{}] } } }), 'is “prefixItems” in 2020-12'],
    [planOf({ properties: { a: { nullable: true } } }), 'that is OpenAPI'],
    [planOf({ $schema: 'http://json-schema.org/draft-04/schema#' }), 'names a draft that is not known'],
    [planOf({ properties: { a: { $ref: '#/$defs/Nowhere' } } }), '/events/One/properties/properties/a/$ref leads nowhere'],
    [
      planOf({ allOf: [{ required: ['a'] }] }, { dialect: 'draft-07', unplanned: { properties: 'violation' } }),
      'nobody can tell which properties',
    ],
  ])('explains %j', async (plan, words) => {
    expect((await errorsOf(plan)).join('\n')).toContain(words)
  })

  it.each<[string, object, string]>([
    ['a reference to the network', { properties: { a: { $ref: 'http://169.254.169.254/latest/meta-data' } } }, 'leads outside of the plan'],
    ['a reference to a file', { $ref: 'file:///etc/passwd' }, 'leads outside of the plan'],
    ['an address of its own', { $id: 'https://example.com/schema', type: 'object' }, '“$id” cannot be used'],
    ['a reference to itself', { properties: { a: { $ref: '#/properties/a' } } }, 'leads back to itself'],
    [
      'two that lead to each other',
      { $defs: { A: { $ref: '#/$defs/B' }, B: { $ref: '#/$defs/A' } }, $ref: '#/$defs/A' },
      'leads back to itself',
    ],
    ['something to be fetched while checking', { $async: true }, 'nothing is fetched'],
    ['a pattern that backtracks for ever elsewhere', { properties: { a: { pattern: '^(a+)+\\1$' } } }, 'back references'],
    ['a huge pattern', { properties: { a: { pattern: 'a'.repeat(100_000) } } }, 'characters; 500 are allowed'],
    ['a pattern that is huge when written out', { properties: { a: { pattern: '(a{500}){500}' } } }, 'too large'],
    ['each with each', { properties: { a: { type: 'array', uniqueItems: true } } }, 'compares each item with each other'],
    ['a way to every prototype', JSON.parse('{"properties":{"__proto__":{"type":"string"}}}'), 'cannot be planned'],
  ])('refuses %s', async (_, schema, words) => {
    expect((await errorsOf(planOf(schema as never))).join('\n')).toContain(words)
  })

  it('refuses a schema that doubles with each reference, at once', async () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`D${n}`, { anyOf: [{ $ref: `#/$defs/D${n + 1}` }, { $ref: `#/$defs/D${n + 1}` }] }]),
    )
    const started = performance.now()
    expect((await errorsOf(planOf({ $ref: '#/$defs/D0' }, { $defs: { ...$defs, D30: {} } }))).join()).toContain('is too large')
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it('warns of what is probably a slip, and lets it pass', async () => {
    const { problems, plan } = await lintPlan(
      planWith({ events: { 'Demo Requested': {}, demo_requested: { properties: { properties: { plan: {} }, required: ['plann'] } } } }),
    )
    expect(problems.map(({ level, path }) => `${level} ${path}`)).toEqual([
      'warning /events/demo_requested',
      'warning /events/demo_requested/properties/required',
    ])
    expect(problems[1]?.message).toContain('did you mean “plan”')
    expect(plan).not.toBeNull()
  })

  it('tells what is no JSON, and what is too large', async () => {
    expect((await lintPlanText('{"id":')).problems[0]?.message).toContain('is not JSON')
    expect((await lintPlanText(' '.repeat(600_000))).problems[0]?.message).toContain('512 KiB')
  })

  it('never throws, and what it lets pass can be checked with, whatever the schema', async () => {
    const words = [
      'type',
      'enum',
      'const',
      'properties',
      'required',
      'items',
      'anyOf',
      'allOf',
      'not',
      'pattern',
      'format',
      '$ref',
      'minimum',
    ]
    const more = [
      'additionalProperties',
      'prefixItems',
      'uniqueItems',
      'maxItems',
      'if',
      'then',
      'dependentRequired',
      '$id',
      'patternProperties',
    ]
    const value = fc.letrec<{ any: unknown; schema: object }>(tie => ({
      any: fc.oneof(
        { depthSize: 'medium', withCrossShrink: true },
        fc.constantFrom('string', 'object', 'integer', 'a+', '(', 'email', '#/$defs/A', '#', 'http://x.test/', -1, 0, 3, true, null),
        fc.constantFrom(['a'], ['string', 'null'], [], {}),
        fc.array(tie('any'), { maxLength: 3 }),
        tie('schema'),
      ),
      schema: fc.dictionary(fc.constantFrom(...words, ...more, '__proto__', 'a'), tie('any'), { maxKeys: 4, noNullPrototype: true }),
    }))
    const anything = fc.oneof(value.schema, fc.jsonValue() as fc.Arbitrary<unknown>)
    await fc.assert(
      fc.asyncProperty(anything, fc.constantFrom('draft-07', '2020-12'), fc.jsonValue(), async (schema, dialect, properties) => {
        const given = planOf(schema as never, {
          dialect: dialect as never,
          $defs: { A: { type: 'string' } },
          unplanned: { properties: 'violation' },
        })
        const { plan } = await lintPlan(given)
        if (plan !== null) expect(Array.isArray(createPlanCheck(plan)(track('One', properties as never)))).toBe(true)
      }),
      { numRuns: 400 },
    )
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async given => {
        expect((await lintPlan(given)).plan).toBeNull()
      }),
      { numRuns: 300 },
    )
  })
})
