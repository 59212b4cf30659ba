import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWithoutNamed, readNames, reduced } from './neverStored.ts'
import { sanitise } from './sanitise.ts'

const without = createWithoutNamed(['phoneNumber', 'e-mail', 'name'])

describe('what is never stored of a source', () => {
  it('goes out of properties and traits, at every depth, however it is written', () => {
    const event = {
      type: 'identify',
      userId: 'u',
      traits: { plan: 'team', email: 'a@b.test', Phone_Number: '1', company: { 'phone number': '2', size: 3 } },
      properties: { lines: [{ sku: 'x', 'PHONE-NUMBER': 3 }, 'phoneNumber'] },
      context: { traits: { email: 'a@b.test', age: 7 }, page: { url: '/x' } },
    }
    expect(without(event)).toEqual({
      type: 'identify',
      userId: 'u',
      traits: { plan: 'team', company: { size: 3 } },
      properties: { lines: [{ sku: 'x' }, 'phoneNumber'] },
      context: { traits: { age: 7 }, page: { url: '/x' } },
    })
    expect(event.traits.email).toBe('a@b.test')
  })

  it('leaves what makes the event what it is, and where it comes from', () => {
    const page = {
      type: 'page',
      name: 'Docs',
      context: { library: { name: 'x' }, campaign: { name: 'spring' } },
      integrations: { All: true },
    }
    expect(without(page)).toBe(page)
    const context = { locale: 'de', page: { url: '/x', title: 'X' }, device: { page: 1 } }
    expect(createWithoutNamed(['locale', 'page', 'title'])({ type: 'page', context })).toEqual({ type: 'page', context })
  })

  it('leaves an event that has nothing of it as it is, itself', () => {
    const event = { type: 'track', event: 'Phone Number', properties: { a: { b: [1, null, 'email'] } } }
    expect(without(event)).toBe(event)
    const shared = { context: { traits: { a: 1 } } }
    expect(reduced({ events: [event], shared }, without).shared).toBe(shared)
  })

  it('goes out of the envelope where something else stands than belongs there, and of what says where it goes', () => {
    const inside = { email: 'a', kept: 1 }
    const names = ['type', 'event', 'name', 'userId', 'version', 'integrations', '_received', 'timestamp', 'messageId', 'sentAt']
    const event = Object.fromEntries(names.map(name => [name, [inside]]))
    expect(without({ ...event, integrations: inside, _received: { trust: 'server', ...inside, origin: inside } })).toEqual({
      ...Object.fromEntries(names.map(name => [name, [{ kept: 1 }]])),
      integrations: { kept: 1 },
      _received: { trust: 'server', kept: 1, origin: { kept: 1 } },
    })
    const noted = { _received: { trust: 'server', userAgent: 'x' } }
    expect(createWithoutNamed(['trust', 'user_agent'])(noted)).toBe(noted)
    expect(reduced({ events: [], shared: { integrations: { Mail: inside } } }, without).shared).toEqual({
      integrations: { Mail: { kept: 1 } },
    })
  })

  it('is hidden by no sign, no invisible character and no wide letter', () => {
    const properties = { $email: 1, 'e\u200bmail': 2, ｅｍａｉｌ: 3, 'email:': 4, ' E-Mail\ufeff': 5, 'email 2': 6, user: 7 }
    expect(without({ properties })).toEqual({ properties: { 'email 2': 6, user: 7 } })
    const signs = { '😀': 1, '': 2, '---': 3, '🙂': 4, [`e${'\0'.repeat(3_000)}mail`]: 5 }
    expect(createWithoutNamed(['😀', 'email'])({ properties: signs })).toEqual({ properties: { '': 2, '---': 3, '🙂': 4 } })
  })

  it('is not brought back by what is dropped from keys before they are stored', () => {
    const odd = createWithoutNamed(['phone', 'constructor', 'x\ufffd'])
    const keys = fc.constantFrom('pho\0ne', '\0Phone', 'p_h\0-one\0', 'constr\0uctor', 'x\ud800', 'other', 'a\0')
    fc.assert(
      fc.property(fc.dictionary(keys, fc.dictionary(keys, fc.integer())), properties => {
        const stored = JSON.stringify(sanitise(odd({ type: 'track', properties })).value)
        expect(stored).not.toMatch(/phone|p_h|constructor|x\ufffd/i)
      }),
    )
  })

  it('goes out of what a batch says once, and out of what is no event', () => {
    const { events, shared, isReduced } = reduced(
      { events: [{ type: 'page' }], shared: { context: { traits: { email: 'a' }, locale: 'de' }, sentAt: 1 } },
      without,
    )
    expect([events, shared, isReduced]).toEqual([[{ type: 'page' }], { context: { traits: {}, locale: 'de' }, sentAt: 1 }, true])
    expect(without([{ email: 'a' }, 1])).toEqual([{}, 1])
    expect(without({ type: 'track', context: [{ email: 'a' }], properties: [{ email: 'a' }], email: 'a', more: { email: 'a' } })).toEqual({
      type: 'track',
      context: [{}],
      properties: [{}],
      more: {},
    })
    for (const value of [null, 1, 'email', undefined]) expect(without(value)).toBe(value)
  })

  it('never leaves a member of that name, and nothing else is lost', () => {
    const keys = fc.constantFrom('email', 'E.Mail', 'phoneNumber', 'a', 'b', '__proto__', 'constructor')
    const value = fc.letrec<{ node: unknown }>(tie => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.integer(),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(keys, tie('node'), { maxKeys: 4 }),
      ),
    })).node
    fc.assert(
      fc.property(value, properties => {
        const event = JSON.parse(JSON.stringify({ type: 'track', properties })) as unknown
        const told = JSON.stringify(without(event))
        expect(told).not.toMatch(/mail|phone/i)
        // As a reviver does it, which drops what it gives back as undefined.
        const expected = JSON.stringify(event, (key, one) => (/mail|phone/i.test(key) ? undefined : one))
        expect(told).toBe(expected)
      }),
    )
  })

  it('gets through what is nested beyond any event', () => {
    const deep = JSON.parse(`${'{"a":['.repeat(50_000)}1${']}'.repeat(50_000)}`) as unknown
    expect(JSON.stringify(without({ properties: deep })).length).toBeLessThan(400)
  })
})

it('names are read as people write them, and what is none is said', () => {
  expect(readNames('email, phone_number\n ssn email')).toEqual({ names: ['email', 'phone_number', 'ssn'], wrong: [] })
  expect(readNames(`-- ${'x'.repeat(65)} größe`)).toEqual({ names: ['größe'], wrong: ['--', 'x'.repeat(65)] })
})
