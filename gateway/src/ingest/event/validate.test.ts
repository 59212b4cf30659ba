import { EVENT_TYPES } from '@waymark/schemas/event'
import schema from '@waymark/schemas/wire/event.schema.json' with { type: 'json' }
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from './json.ts'
import { isFlaw, validate } from './validate.ts'

const MINIMAL: { readonly [type: string]: { [key: string]: unknown } } = {
  track: { type: 'track', event: 'Demo Requested', userId: 'u' },
  page: { type: 'page', anonymousId: 'a' },
  screen: { type: 'screen', anonymousId: 'a' },
  identify: { type: 'identify', userId: 'u' },
  group: { type: 'group', groupId: 'acme', anonymousId: 'a' },
  alias: { type: 'alias', previousId: 'old', userId: 'new' },
}

describe('a valid event', () => {
  it.each(EVENT_TYPES)('of type %s needs no more than this', type => {
    const event = { ...MINIMAL[type] }
    expect(validate(event)).toBe(event)
  })
})

describe('what is wrong is named with code, place and words', () => {
  it.each([
    [{}, 'required', '/type', 'type is missing; it must be one of track, page, screen, identify, group, alias'],
    [{ type: 7 }, 'wrong_type', '/type', 'type must be a text'],
    [{ type: 'Track' }, 'unknown_type', '/type', 'type “Track” is not known'],
    [{ type: 'constructor' }, 'unknown_type', '/type', 'type “constructor” is not known'],
    [{ type: 'track', userId: 'u' }, 'required', '/event', 'event is missing'],
    [{ type: 'track', userId: 'u', event: '' }, 'too_short', '/event', 'event must not have fewer than 1 characters'],
    [{ type: 'track', userId: 'u', event: 5 }, 'wrong_type', '/event', 'event must be string'],
    [{ type: 'track', userId: 'u', event: 'x'.repeat(201) }, 'too_long', '/event', 'event must not have more than 200 characters'],
    [{ type: 'track', event: 'X' }, 'missing_id', '', 'neither userId nor anonymousId is given'],
    [{ type: 'page', userId: ['u'] }, 'wrong_type', '/userId', 'userId must be string'],
    [{ type: 'page', userId: 'u'.repeat(201) }, 'too_long', '/userId', '200'],
    [{ type: 'page', userId: 'u', messageId: 'm'.repeat(101) }, 'too_long', '/messageId', '100'],
    [{ type: 'page', userId: 'u', properties: 'x' }, 'wrong_type', '/properties', 'properties must be object'],
    [{ type: 'page', userId: 'u', context: { page: { url: 5 } } }, 'wrong_type', '/context/page/url', 'context.page.url must be string'],
    [{ type: 'page', userId: 'u', context: { groupId: true } }, 'wrong_type', '/context/groupId', 'context.groupId must be string'],
    [{ type: 'group', userId: 'u' }, 'required', '/groupId', 'groupId is missing'],
    [{ type: 'group', groupId: 'acme' }, 'missing_id', '', 'neither userId nor anonymousId is given'],
    [{ type: 'alias', userId: 'new' }, 'required', '/previousId', 'previousId is missing'],
    [{ type: 'alias', previousId: 'old', anonymousId: 'a' }, 'missing_id', '/userId', 'userId is missing'],
    [{ type: 'identify', userId: 'u', traits: [] }, 'wrong_type', '/traits', 'traits must be object'],
  ])('%j', (event, code, path, words) => {
    const result = validate(event)
    expect(isFlaw(result)).toBe(true)
    expect(result).toMatchObject({ code, path, message: expect.stringContaining(words) })
  })

  it('wherever the schema of the wire says so, as Ajv alone reads it, and nowhere else', () => {
    const ajv = new Ajv({ strict: true, allowUnionTypes: true }).addSchema(schema, 'wire')
    const plain = new Map(
      ['Track', 'Page', 'Screen', 'Identify', 'Group', 'Alias'].map(name => [
        name.toLowerCase(),
        ajv.compile({ $ref: `wire#/definitions/${name}Event` }),
      ]),
    )
    const lengths = fc.constantFrom(0, 1, 50, 51, 100, 101, 200, 201)
    const text = fc.tuple(fc.constantFrom('x', '😀', 'ü'), lengths).map(([unit, length]) => unit.repeat(length))
    const good = fc.oneof({ weight: 6, arbitrary: fc.constant('x') }, { weight: 1, arbitrary: text })
    const odd = fc.oneof(fc.constantFrom(null, true, 5, [], {}, [{}]), text)
    const or = <T>(usual: fc.Arbitrary<T>) =>
      fc.oneof({ weight: 12, arbitrary: usual as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: odd })
    const objectOf = (...names: string[]) => or(fc.record(Object.fromEntries(names.map(name => [name, or(good)])), { requiredKeys: [] }))
    const context = fc.record(
      {
        page: objectOf('url', 'path', 'referrer', 'search', 'title'),
        campaign: objectOf('name', 'source', 'medium', 'term', 'content', 'id'),
        library: objectOf('name', 'version'),
        groupId: or(good),
        sessionId: or(good),
        clientSeq: or(fc.nat()),
        ...Object.fromEntries(['userAgent', 'locale', 'timezone', 'ip'].map(name => [name, or(good)])),
        ...Object.fromEntries(['userAgentData', 'traits', 'consent'].map(name => [name, or(fc.constant({}))])),
      },
      { requiredKeys: [] },
    )
    const texts = [
      'messageId',
      'anonymousId',
      'groupId',
      'previousId',
      'event',
      'name',
      'category',
      'timestamp',
      'originalTimestamp',
      'sentAt',
    ]
    const event = fc.record({
      type: fc.constantFrom(...EVENT_TYPES),
      userId: fc.constant('u'),
      context: or(context),
      ...Object.fromEntries(texts.map(name => [name, fc.option(or(good), { freq: 2, nil: undefined })])),
      ...Object.fromEntries(['integrations', 'properties', 'traits'].map(name => [name, or(fc.constant({}))])),
    })
    fc.assert(
      fc.property(event, given => {
        const check = plain.get(given.type)
        const isGood = check?.(given)
        const result = validate(given as JsonObject)
        expect(isFlaw(result)).toBe(!isGood)
        const { keyword, instancePath, params } = check?.errors?.[0] ?? {}
        const path = keyword === 'required' ? `${instancePath}/${String(params?.missingProperty)}` : instancePath
        if (isFlaw(result)) expect(result.path).toBe(path)
      }),
      { numRuns: 1000 },
    )
  })

  it('counts characters, not UTF-16 units', () => {
    expect(isFlaw(validate({ type: 'track', userId: 'u', event: '😀'.repeat(200) }))).toBe(false)
  })
})
