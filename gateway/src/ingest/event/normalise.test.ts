import { BLOCKED_VALUES } from '@waymark/schemas/identifiers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRecord } from './json.ts'
import { normalise } from './normalise.ts'

describe('ids', () => {
  it.each([
    [null, undefined],
    ['', undefined],
    ['  ', undefined],
    [' u1 ', 'u1'],
    [42, '42'],
    [0, '0'],
    [{ a: 1 }, { a: 1 }],
    [true, true],
  ])('%j becomes %j', (given, expected) => {
    const event = normalise({ type: 'track', userId: given, anonymousId: given, messageId: given }, {})
    expect([event.userId, event.anonymousId, event.messageId]).toEqual([expected, expected, expected])
  })

  it.each(['null', 'undefined', 'NaN', '[object Object]'])(
    'a message id of “%s” is none: it would make strangers copies of each other',
    messageId => {
      expect(normalise({ messageId }, {}).messageId).toBeUndefined()
    },
  )

  const nobody = BLOCKED_VALUES.filter(value => value !== '').flatMap(value => [value, value.toUpperCase()])
  it.each([...nobody, '---', '000', '-0', '00000000-0000-0000-0000-000000000000'])(
    '“%s” is nobody where the event has another id, and is told',
    blocked => {
      expect(normalise({ userId: blocked, anonymousId: 'a1' }, {})).toMatchObject({
        anonymousId: 'a1',
        context: { blockedIds: { userId: blocked } },
      })
      expect(normalise({ userId: blocked, anonymousId: 'a1' }, {}).userId).toBeUndefined()
      expect(normalise({ userId: 'u1', anonymousId: blocked }, {}).anonymousId).toBeUndefined()
      expect(normalise({ userId: blocked }, {})).toMatchObject({ userId: blocked })
      expect(normalise({ userId: blocked, anonymousId: 'null' }, {})).toMatchObject({ userId: blocked, anonymousId: 'null' })
    },
  )

  it.each(['0a', '-x', 'not_authenticated_', 'x', '1', 'ID 7'])('“%s” is somebody', id => {
    expect(normalise({ userId: id, anonymousId: 'a1' }, {})).toMatchObject({ userId: id, anonymousId: 'a1' })
  })

  it('a group id may stand in the event, in its context, or in a group call', () => {
    expect(normalise({ type: 'track', groupId: 7 }, {}).groupId).toBe('7')
    expect(normalise({ type: 'track', context: { groupId: ' acme ' } }, {}).groupId).toBe('acme')
    expect(normalise({ type: 'track', groupId: 'a', context: { groupId: 'b' } }, {}).groupId).toBe('a')
    expect(normalise({ type: 'track', context: { groupId: null } }, {}).groupId).toBeUndefined()
  })

  it('an alias may say from and to, or leave the previous id to the anonymous one', () => {
    expect(normalise({ type: 'alias', from: 'old', to: 'new' }, {})).toMatchObject({ previousId: 'old', userId: 'new' })
    expect(normalise({ type: 'alias', userId: 'new', anonymousId: 'anon' }, {})).toMatchObject({ previousId: 'anon', userId: 'new' })
    expect(normalise({ type: 'track', from: 'Berlin' }, {}).previousId).toBeUndefined()
  })
})

describe('what a batch says once', () => {
  it('is said by each event, unless the event says otherwise', () => {
    const shared = { context: { locale: 'de', library: { name: 'x' } }, integrations: { All: true }, sentAt: '2026-03-01T09:00:00Z' }
    expect(normalise({ type: 'page', context: { locale: 'en' } }, shared)).toEqual({
      type: 'page',
      context: { locale: 'en', library: { name: 'x' } },
      integrations: { All: true },
      sentAt: '2026-03-01T09:00:00Z',
    })
    expect(normalise({ type: 'page', sentAt: '2026-03-01T08:00:00Z' }, shared).sentAt).toBe('2026-03-01T08:00:00Z')
  })

  it('is not changed for the next event', () => {
    const shared = { context: { page: { url: null, title: 'x' } } }
    normalise({ type: 'page', context: { a: 1 } }, shared)
    expect(shared).toEqual({ context: { page: { url: null, title: 'x' } } })
  })

  it('does not cost the events when it is junk', () => {
    expect(normalise({ type: 'page' }, { sentAt: { a: 1 } })).toEqual({ type: 'page' })
  })

  it('gives the type of the route only where there is none', () => {
    expect(normalise({}, { type: 'page' }).type).toBe('page')
    expect(normalise({ type: 'screen' }, { type: 'page' }).type).toBe('screen')
  })
})

describe('times', () => {
  it('originalTimestamp is RudderStack’s name; what the caller gave beside it wins', () => {
    const [called, given] = ['2026-03-01T09:00:00Z', '2026-02-01T08:00:00Z']
    expect(normalise({ originalTimestamp: called }, {})).toEqual({ timestamp: called })
    expect(normalise({ timestamp: null, originalTimestamp: called }, {})).toEqual({ timestamp: called })
    expect(normalise({ timestamp: given, originalTimestamp: called }, {})).toEqual({ timestamp: given })
  })

  it.each(['', ' ', 'garbage', '1969-01-01T00:00:00Z', '2026-02-30T00:00:00Z', {}, false])(
    'a timestamp of %j, which cannot be read, hides no originalTimestamp that can',
    timestamp => {
      expect(normalise({ timestamp, originalTimestamp: '2026-03-01T09:00:00Z' }, {})).toEqual({ timestamp: '2026-03-01T09:00:00Z' })
      expect(normalise({ timestamp, originalTimestamp: 1772355900 }, {})).toEqual({ timestamp: '2026-03-01T09:05:00.000Z' })
    },
  )

  it('of two that cannot be read the first is told, and of none there is none', () => {
    expect(normalise({ timestamp: 'garbage', originalTimestamp: 'junk' }, {})).toEqual({ timestamp: 'garbage' })
    expect(normalise({ timestamp: '', originalTimestamp: 'junk' }, {})).toEqual({ timestamp: 'junk' })
    expect(normalise({ timestamp: 'garbage', originalTimestamp: '' }, {})).toEqual({ timestamp: 'garbage' })
    expect(normalise({ timestamp: '' }, {})).toEqual({})
  })

  it.each([
    [1772355900000, '2026-03-01T09:05:00.000Z'],
    [1772355900, '2026-03-01T09:05:00.000Z'],
    [1e300, '1e+300'],
    [{ a: 1 }, '{"a":1}'],
  ])('%j becomes %j', (timestamp, expected) => {
    expect(normalise({ timestamp }, {}).timestamp).toEqual(expected)
  })
})

describe('traits', () => {
  it('of an identify may be in its context only', () => {
    expect(
      normalise({ type: 'identify', context: { traits: { email: 'a@acme.test', plan: 'x' } }, traits: { plan: 'y' } }, {}).traits,
    ).toEqual({
      email: 'a@acme.test',
      plan: 'y',
    })
  })

  it('of a group are the account’s, never the person’s', () => {
    expect(normalise({ type: 'group', context: { traits: { email: 'a@acme.test' } } }, {}).traits).toBeUndefined()
  })
})

it('drops nulls that mean nothing, keeps those that are data', () => {
  expect(
    normalise(
      {
        type: 'page',
        name: null,
        properties: { price: null },
        context: { locale: null, page: { referrer: null, url: 'u' }, device: { id: null } },
        integrations: null,
      },
      {},
    ),
  ).toEqual({ type: 'page', properties: { price: null }, context: { page: { url: 'u' }, device: { id: null } } })
})

it('drops keys and metadata of the transport', () => {
  expect(normalise({ type: 'page', writeKey: 'wk', _metadata: { bundled: [] } }, {})).toEqual({ type: 'page' })
})

describe('what was given', () => {
  const part = fc.oneof(fc.jsonValue(), fc.constant(null), fc.constant(''))
  const context = fc.record(
    { page: fc.dictionary(fc.string(), part), campaign: part, library: part, groupId: part, traits: part, x: part },
    { requiredKeys: [] },
  )
  const event = fc.record(
    { type: part, userId: fc.oneof(part, fc.constant('null')), anonymousId: part, context: fc.oneof(context, part), traits: part },
    { requiredKeys: [] },
  )

  it('is not changed, though the result may share parts of it', () => {
    fc.assert(
      fc.property(event, context, (given, shared) => {
        const before = JSON.stringify([given, shared])
        normalise(given, { context: shared, integrations: shared })
        expect(JSON.stringify([given, shared])).toBe(before)
      }),
    )
  })

  it('has no null left in the event, its context and the parts of that which become columns', () => {
    fc.assert(
      fc.property(event, fc.option(context, { nil: undefined }), (given, shared) => {
        const result = normalise(given, shared === undefined ? {} : { context: shared })
        const inContext = isRecord(result.context) ? result.context : {}
        for (const object of [result, inContext, inContext.page, inContext.campaign, inContext.library])
          if (isRecord(object)) expect(Object.values(object)).not.toContain(null)
      }),
    )
  })
})
