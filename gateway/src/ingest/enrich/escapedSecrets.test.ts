import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectPace } from './pace.fixture.ts'
import { REDACT, REDACTED } from './redact.ts'

const URL = 'https://acme.com/cb?a=1&token=s3cret&b=2'
const CLEAN = `https://acme.com/cb?a=1&token=${REDACTED}&b=2`

/** As encoders of other languages write it: PHP `\/`, Go `\u0026`, Gson `\u003d`. */
const escaped = (json: string, backslashes = '\\') =>
  json
    .replaceAll('/', `${backslashes}/`)
    .replaceAll('&', `${backslashes}u0026`)
    .replaceAll('=', `${backslashes}u003D`)
    .replaceAll('?', `${backslashes}u003f`)

describe('a secret is taken out where the separators around it are escaped', () => {
  it('in JSON text', () => {
    const clean = REDACT(escaped(JSON.stringify({ url: URL, n: 1 })))
    expect(JSON.parse(clean)).toEqual({ url: CLEAN, n: 1 })
  })

  it.each(['\\', '\\\\', '\\\\\\'])('in a text of JSON text, behind %s', backslashes => {
    const inner = escaped(`{"url":"${URL}"}`)
    const text = backslashes === '\\' ? inner : JSON.stringify({ payload: backslashes === '\\\\' ? inner : JSON.stringify(inner) })
    const clean = REDACT(text)
    expect(clean).not.toContain('s3cret')
    expect(clean).toContain('a=1&token=redacted')
    expect(() => JSON.parse(clean)).not.toThrow()
  })

  it.each([
    ['a login', 'https:\\/\\/ana:pw@acme.com\\/x', 'https://acme.com/x'],
    ['an e-mail address in a path', '\\/stop\\/ana\\u0040acme.com\\/now', `/stop/${REDACTED}/now`],
    ['a percent sign', 'https:\\/\\/acme.com\\/?q\\u003dana\\u002540acme.com', `https://acme.com/?q=${REDACTED}`],
    ['the name of the parameter itself', '?tok\\u0065n=s3cret', `?token=${REDACTED}`],
    ['a quote behind it', '?a=1\\u0026token=s3"cret', `?a=1&token=${REDACTED}"cret`],
  ])('with %s', (_, text, clean) => {
    expect(REDACT(text)).toBe(clean)
  })

  it('and not only up to a quote in the value', () => {
    const given = { url: '?a=1&token=s3"cr3t&b=2' }
    expect(REDACT(escaped(JSON.stringify(given)))).not.toContain('cr3t')
  })
})

it('leaves texts without a secret as they are, escapes and all', () => {
  for (const text of ['"https:\\/\\/acme.com\\/?a\\u003d1\\u0026b=2"', '"C:\\\\u0026\\\\/x"', '\\u0022\\u005c=', '"\\ud83d\\u00e4"'])
    expect(REDACT(text)).toBe(text)
})

it('changes no other text beside the one that holds a secret', () => {
  const json = `{"regex":"a\\\\/b\\u0026","url":${escaped(JSON.stringify(URL))}}`
  const clean = REDACT(json)
  expect(clean).toContain('"regex":"a\\\\/b\\u0026"')
  expect(JSON.parse(clean)).toEqual({ regex: 'a\\/b&', url: CLEAN })
})

it('stays JSON of the same shape, whatever is escaped in it', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '\\u0026token\\u003d',
      '\\/',
      '\\',
      '\\\\',
      '"',
      '\\"',
      '\\u0022',
      '\\u005c',
      '?token=',
      '&',
      '@a.co',
      '\\u0040',
      'https:\\/\\/',
    ),
  )
  const texts = fc.array(word, { maxLength: 12 }).map(parts => parts.join(''))
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), texts), given => {
      for (const json of [JSON.stringify(given), escaped(JSON.stringify(given)), JSON.stringify({ a: JSON.stringify(given) })]) {
        const clean = JSON.parse(REDACT(json)) as object
        expect(Object.keys(clean)).toEqual(Object.keys(JSON.parse(json) as object))
      }
    }),
    { numRuns: 500 },
  )
})

describe('takes its time in step with the length', () => {
  it.each(['\\', '\\"', '\\/', '\\u0026', '\\u0026token\\u003d', '\\\\u0026a\\u003d"', '\\u0022'])('of texts made of %s', hostile => {
    expectPace(REDACT, `\\/${hostile.repeat(4_000)}`, `\\/${hostile.repeat(16_000)}`, 9)
  })
})
