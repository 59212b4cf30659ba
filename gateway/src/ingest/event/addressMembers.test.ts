import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectPace } from '../enrich/pace.fixture.ts'
import { mayHoldAddress } from './addressMembers.ts'
import { sanitise } from './sanitise.ts'

const holds = (body: string) => mayHoldAddress(Buffer.from(body))

describe('a body that may hold the address of a visitor', () => {
  it.each([
    '{"batch":[{"context":{"ip":"192.0.2.1"}}]}',
    '{"batch":[{"ip" : "192.0.2.1"}]}',
    '{"request_ip":"192.0.2.1","batch":[]}',
    '{"batch":[{"context":{"ip":"192.0.2.1"},"context":{}}]}',
    String.raw`{"batch":[{"i\u0000p":"192.0.2.1"}]}`,
    String.raw`{"batch":[{"\u0000\u0069\u0070":"192.0.2.1"}]}`,
    String.raw`{"batch":[{"r\u0065quest\u005Fip\u0000":"192.0.2.1"}]}`,
  ])('is seen to be one: %s', body => {
    expect(holds(body)).toBe(true)
  })

  it.each(['{"batch":[{"event":"tip","clip":"x","zip":"1010"}]}', String.raw`{"batch":[{"name":"G\u00fcnther","i\u0065p":1}]}`])(
    'is not any other: %s',
    body => {
      expect(holds(body)).toBe(false)
    },
  )

  it('is seen to be one however the name of the member is escaped', () => {
    const escaped = (one: string) => fc.constantFrom(one, `\\u00${one.charCodeAt(0).toString(16)}`, `\\u0000${one}`, `${one}\\u0000`)
    const name = fc.constantFrom('ip', 'request_ip').chain(text => fc.tuple(...[...text].map(escaped)).map(parts => parts.join('')))
    fc.assert(
      fc.property(name, written => {
        const body = `{"${written}":"192.0.2.1"}`
        expect(Object.keys(sanitise(JSON.parse(body)).value as object)[0]).toMatch(/^(?:request_)?ip$/)
        expect(holds(body)).toBe(true)
      }),
    )
  })

  it('is seen to be one wherever the name stands, also behind many texts that end alike', () => {
    const parts = fc.constantFrom('ip"', '"ip"', 'p"', '"request_ip"', '_ip"', '"requestip"', '"zip"', '"', 'i', 'ü', '{', '"a":1,')
    const crowd = fc.constantFrom('', '"zip",'.repeat(99), 'ip"'.repeat(100), '"tip","'.repeat(101), '"zip"'.repeat(300))
    fc.assert(
      fc.property(crowd, fc.array(parts, { maxLength: 6 }), crowd, (before, between, after) => {
        const body = `${before}${between.join('')}${after}`
        expect(holds(body)).toBe(body.includes('"ip"') || body.includes('"request_ip"'))
      }),
      { numRuns: 500 },
    )
  })

  it.each([String.raw`"\u0000`, String.raw`\u0000`, String.raw`"r\u0000`, '"i', 'ip"', 'request_ip"'])(
    'is looked for in step with its length: %s',
    hostile => {
      expectPace(holds, hostile.repeat(8_000), hostile.repeat(32_000), 9)
    },
  )
})
