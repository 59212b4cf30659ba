import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createOutliner, FLAGS, IS_AS_WRITTEN } from './outliner.ts'

const outline = createOutliner()

/** What is said of a track's properties that hold such a value. */
function isAsWritten(value: string): boolean {
  const body = Buffer.from(`{"batch":[{"type":"track","messageId":"m","properties":{"a":${value}}}]}`)
  const words = outline?.(body, { facts: 1, isTrack: false, events: 1 })?.words
  if (words === undefined) throw new Error(`no outline of ${value}`)
  return ((words[FLAGS] ?? 0) & IS_AS_WRITTEN) !== 0
}

const wouldBeSame = (value: string) => JSON.stringify(JSON.parse(value)) === value

it.each([
  ...['0', '-1', '10', '1.5', '-0.5', '0.000001', '-0.000001', '100.25', '123456789012345', '0.12345678901234', '1.23456789012345'],
  ...['true', 'false', 'null', '""', '"ü\u2028\u007f😀"', '"0"', '[]', '[1,[],{"":[null]}]', '{}', '{"b":{"-1":1,"a0":2," 0":3}}'],
])('%s stands as JSON.stringify writes it, and is taken as it stands', value => {
  expect([wouldBeSame(value), isAsWritten(value)]).toEqual([true, true])
})

it.each([
  ...['-0', '1.0', '0.10', '-0.0', '0.0000001', '0.00000012', '1E-7', '5e-1', '10e-1', '12345678901234567', '0.12345678901234567'],
  ...['1234567890.12345678', '"\\/"', '[ ]', '{ }', '[1 ]', '[1, 2]', '{"b" :1}', '{"b": 1}', '{"b":1 }', '"a\\/b"', '{"\\/":1}'],
  ...['{"b":1,"0":2}', '{"b":1,"4294967294":2}', '{"b":{"c":1,"7":2}}'],
])('%s would be written otherwise, which is seen', value => {
  expect([wouldBeSame(value), isAsWritten(value)]).toEqual([false, false])
})

it('nothing that would be written otherwise is taken as it stands', () => {
  const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${most}}$`))
  const whole = fc.oneof(
    fc.constant('0'),
    fc.tuple(fc.integer({ min: 1, max: 9 }), digits(17)).map(parts => parts.join('')),
  )
  const number = fc
    .record({
      sign: fc.constantFrom('', '-'),
      whole,
      zeros: fc.nat(9),
      fraction: fc.option(digits(17)),
      exponent: fc.constantFrom('', '', 'e-3'),
    })
    .map(given => {
      const fraction = given.fraction === null ? '' : `.${'0'.repeat(given.zeros)}${given.fraction}`
      return given.sign + given.whole + fraction + given.exponent
    })
  const key = fc.constantFrom('a', '', '0', '1', '01', '-1', '1.5', '4294967294', '4294967295', 'ü').map(name => JSON.stringify(name))
  const { value } = fc.letrec<{ value: string }>(tie => ({
    value: fc.oneof(
      { maxDepth: 4 },
      number,
      fc.constantFrom('"a"', '""', 'true', 'null', '"\\n"', '"\\/"', '"}]\\\\"'),
      fc
        .uniqueArray(fc.tuple(key, tie('value')), { selector: ([name]) => name, maxLength: 3 })
        .map(all => `{${all.map(one => one.join(':'))}}`),
      fc.array(tie('value'), { maxLength: 3 }).map(all => `[${all}]`),
    ),
  }))
  let taken = 0
  fc.assert(
    fc.property(value, text => {
      if (!isAsWritten(text)) return
      taken++
      expect(JSON.stringify(JSON.parse(text))).toBe(text)
    }),
    { numRuns: 3000 },
  )
  expect(taken).toBeGreaterThan(300)
})
