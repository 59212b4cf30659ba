import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRepeatedTexts, type RepeatedTexts } from './repeatedTexts.ts'

/** What is kept for a value, or is made of it now. */
function textOf(texts: RepeatedTexts, value: unknown): { text: string; isKnown: boolean } {
  texts.begin()
  texts.add(value)
  const known = texts.known()
  return known === null ? { text: texts.keep(JSON.stringify(value)), isKnown: false } : { text: known, isKnown: true }
}

describe('texts of what comes again', () => {
  it('are found again, and only for the same values', () => {
    // Few names and values, so that many are almost alike.
    const leaf = fc.constantFrom<unknown>('', 'a', 'b', '1', 1, 0, -1, true, false, null)
    const { value } = fc.letrec(tie => ({
      value: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', '1'), tie('value')),
      ),
    }))
    fc.assert(
      fc.property(fc.array(value, { maxLength: 30 }), values => {
        const texts = createRepeatedTexts()
        for (const one of [...values, ...values]) expect(textOf(texts, one).text).toBe(JSON.stringify(one))
      }),
    )
    const texts = createRepeatedTexts()
    const context = { userAgent: 'x', library: { name: 'lib', version: '1' }, screens: [1, 2] }
    expect([textOf(texts, context), textOf(texts, structuredClone(context))].map(({ isKnown }) => isKnown)).toEqual([false, true])
  })

  it('are told apart where parts of any length follow one another', () => {
    const texts = createRepeatedTexts()
    const tell = (...parts: readonly (readonly unknown[])[]) => {
      texts.begin()
      for (const part of parts) {
        for (const value of part) texts.add(value)
        texts.end()
      }
      return texts.known()
    }
    tell(['a', 'b'], [])
    texts.keep('first')
    expect(tell(['a'], ['b'])).toBeNull()
    expect(tell(['a', 'b'], [])).toBe('first')
    expect(tell(['a', 'b', undefined], [])).toBeNull()
  })

  it('of long values are not kept', () => {
    const texts = createRepeatedTexts()
    const long = { note: 'x'.repeat(1000) }
    expect([textOf(texts, long), textOf(texts, long)].map(({ isKnown }) => isKnown)).toEqual([false, false])
  })

  it('are forgotten when they are too many, and remembering rests where nothing came again', () => {
    const texts = createRepeatedTexts(100)
    const known = (value: unknown) => textOf(texts, value).isKnown
    for (let number = 0; number < 60; number++) known({ number })
    expect(known({ number: 39 })).toBe(false)
    expect(known({ number: 39 })).toBe(false)
    for (let number = 100; number < 200; number++) known({ number })
    expect([known({ number: -1 }), known({ number: -1 })]).toEqual([false, true])
  })
})
