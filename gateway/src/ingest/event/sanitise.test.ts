import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSanitiser, pointer, sanitise } from './sanitise.ts'

/** `depth` objects, one in the other. */
function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = { a: value }
  return value
}

describe('an event made safe', () => {
  it('comes back as it is when nothing is wrong with it', () => {
    const event = { type: 'track', properties: { a: [1, { b: 'ü😀' }] } }
    expect(sanitise(event).value).toBe(event)
  })

  it('loses halves of surrogate pairs and NULs, in keys as in texts', () => {
    expect(sanitise({ 'k\ud800': 'a\udc00b', 'n\0': ['x\0y'] })).toMatchObject({
      value: { 'k\ufffd': 'a\ufffdb', n: ['xy'] },
      flaw: null,
      mostBytes: Number.POSITIVE_INFINITY,
    })
  })

  it.each([
    [{ a: 'x\0y' }, { a: 'xy' }],
    [{ a: { b: 'x\udc00' } }, { a: { b: 'x\ufffd' } }],
    [{ a: ['x\ud800'] }, { a: ['x\ufffd'] }],
    [{ properties: 'x\0' }, { properties: 'x' }],
    [{ a: { 'b\0': 1 } }, { a: { b: 1 } }],
  ])('loses one alone, wherever it stands: %j', (event, clean) => {
    expect(sanitise(event).value).toEqual(clean)
  })

  it('loses keys that reach prototypes, at every level', () => {
    const event: unknown = JSON.parse('{"__proto__":{"isAdmin":true},"a":[{"constructor":1,"prototype":2,"b":3}],"__pro\\u0000to__":4}')
    const { value, flaw } = sanitise(event)
    expect(flaw).toBeNull()
    expect(JSON.stringify(value)).toBe('{"a":[{"b":3}],"__proto___":4}')
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })

  it('may be 32 levels deep and no more', () => {
    expect(sanitise(nested(32)).flaw).toBeNull()
    expect(sanitise(nested(33)).flaw).toEqual({ code: 'too_deep', path: '/a/a/a/a/a/a', message: 'is nested deeper than 32 levels' })
  })

  it('is cut, not walked, when it is a million levels deep', () => {
    const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000))
    const { value, flaw } = sanitise({ deep })
    expect(flaw?.code).toBe('too_deep')
    expect(JSON.stringify(value).length).toBeLessThan(100)
  })

  it('may have 512 keys, counted at all levels, and no more', () => {
    const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]))
    expect(sanitise({ a: keys(511) }).flaw).toBeNull()
    expect(sanitise({ a: keys(500), b: [keys(20)] }).flaw?.code).toBe('too_many_keys')
  })

  it('has numbers from 2^63 on as text, which would hide all the rest of it from the engine', () => {
    const numbers = '[9223372036854774000, 9223372036854775808, -9223372036854774000, -9223372036854775808, 2e19, 1e999, 0.5]'
    const text = JSON.stringify(sanitise({ a: JSON.parse(numbers) as unknown }).value)
    expect(text).toBe(
      '{"a":[9223372036854774000,"9223372036854776000",-9223372036854774000,"-9223372036854776000","20000000000000000000","Infinity",0.5]}',
    )
  })

  it('is well-formed JSON whatever it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' as const }), value => {
        const text = JSON.stringify(sanitise(value).value)
        expect(text.isWellFormed()).toBe(true)
        expect(text).not.toContain('\\u0000')
        expect(text).not.toMatch(/\\ud[89a-f]/i)
      }),
    )
  })

  it('is the same where the bytes told that its texts are clean', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' as const, maxDepth: 40 }), value => {
        const text = JSON.stringify(value)
        const given = () => JSON.parse(text) as unknown
        expect(sanitise(given(), { areClean: !text.includes('\\u') })).toEqual(sanitise(given()))
      }),
    )
  })

  it('is the same whatever events came before it', () => {
    const keys = fc
      .constantFrom(1, 2, 300, 512, 513)
      .map(count => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n])))
    const event = fc.record({ properties: keys, traits: fc.jsonValue(), a: fc.jsonValue() }, { requiredKeys: [] })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 5 }), fc.boolean(), (events, areClean) => {
        expect(events.map(createSanitiser({ areClean }))).toEqual(events.map(one => sanitise(one, { areClean })))
      }),
    )
  })

  it('is never larger than told', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' as const }), value => {
        expect(Buffer.byteLength(JSON.stringify(value))).toBeLessThanOrEqual(sanitise(value).mostBytes)
      }),
    )
    const widest = {
      '\u0001\u0001': '\u0002'.repeat(9),
      n: [-1.2345678901234567e-308, -1.2345678901234567e-308],
      '': [{}, [], null, false],
    }
    const texts = { '\u0001': '\u0002'.repeat(99), '\u0003\u0003': { '\u0004': '\u0005'.repeat(99) } }
    for (const event of [widest, texts, Object.values(texts)]) {
      expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(sanitise(event).mostBytes)
    }
  })

  it('tells the size of its properties and traits apart, whatever else it has', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 6 })
    const content = fc.anything({ key: texts, values: [texts, fc.integer(), fc.boolean(), fc.constant(null)], maxDepth: 3 })
    fc.assert(
      fc.property(fc.record({ properties: content, traits: content, context: content, event: content }, { requiredKeys: [] }), event => {
        const { properties, traits } = event
        const parts = [properties, traits].filter(part => part !== undefined)
        fc.pre(sanitise(event).mostBytes < Number.POSITIVE_INFINITY)
        expect(sanitise(event).contentBytes).toBe(parts.reduce<number>((sum, part) => sum + sanitise(part).mostBytes, 0))
      }),
    )
  })
})

it('a JSON pointer escapes what it must', () => {
  expect(pointer(['a/b', 'c~d', 0])).toBe('/a~1b/c~0d/0')
})
