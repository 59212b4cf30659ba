import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../simulate/random.ts'
import { compilePattern } from './pattern.ts'

/** Patterns of the language, made so that the `u` engine reads them too. */
const pattern = fc.letrec<{ choice: string; sequence: string; piece: string; atom: string }>(tie => ({
  choice: fc.oneof(
    { depthSize: 'small' },
    tie('sequence'),
    fc.tuple(tie('sequence'), tie('sequence')).map(parts => parts.join('|')),
  ),
  sequence: fc.array(tie('piece'), { maxLength: 4 }).map(parts => parts.join('')),
  piece: fc.oneof(
    fc.constantFrom('^', '$'),
    fc.tuple(tie('atom'), fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '{0,}', '*?')).map(parts => parts.join('')),
  ),
  atom: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('a', 'b', '0', 'é', '😀', '.', '\\d', '\\W', '\\s', '\\.', '\\u{61}', '\\x62', '\\p{Lu}', '\\P{L}'),
    fc.constantFrom('[ab]', '[^a]', '[a-c0-9]', '[^\\w-]', '[]-]'.replace(']-', 'a-'), '[\\]\\\\]', '[😀-😂]', '[^\\s\\d]'),
    tie('choice').map(inside => `(${inside})`),
    tie('choice').map(inside => `(?:${inside})`),
  ),
})).choice
const text = fc
  .array(fc.constantFrom('a', 'b', 'c', 'A', '0', '-', '.', ' ', '\n', 'é', '😀', '\ud83d', ']', '\\'), { maxLength: 8 })
  .map(parts => parts.join(''))

describe('patterns of a tracking plan', () => {
  it('say of every text what the engine of JavaScript says', () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 5 }), (source, texts) => {
        const [ours, theirs] = [compilePattern(source), new RegExp(source, 'u')]
        for (const one of texts) expect(ours.test(one), `${source} on ${JSON.stringify(one)}`).toBe(theirs.test(one))
      }),
      { numRuns: 1500 },
    )
  })

  it('never throw anything but a SyntaxError, and only where the engine of JavaScript does or what is refused here stands', () => {
    const junk = fc.array(fc.constantFrom(...'ab^$|()[]{}*+?\\dpuxk1<>=!:,-.'), { maxLength: 12 }).map(parts => parts.join(''))
    fc.assert(
      fc.property(junk, source => {
        try {
          compilePattern(source)
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
          return
        }
        expect(() => new RegExp(source, 'u'), source).not.toThrow()
      }),
      { numRuns: 3000 },
    )
  })

  it.each(['(a+)+$', '(a|a)*$', '(.*)*,(.*)*,(.*)*x', '(a?){50}a{50}$', '((((a*)*)*)*)*b'])(
    '%s takes time in proportion to the text',
    source => {
      const one = compilePattern(source)
      const steps = (length: number) => {
        const start = performance.now()
        for (let times = 0; times < 5; times++) one.test(`${'a'.repeat(length)}!`)
        return performance.now() - start
      }
      steps(200)
      // Sixteen times the text; a backtracking engine would need as many times 2^1000.
      expect(steps(3200)).toBeLessThan(steps(200) * 16 * 8 + 50)
    },
  )

  it('cost the same for each character of a text like those before, however large they are', () => {
    const best = (source: string, textOf: (run: number) => string) => {
      const one = compilePattern(source)
      const times = Array.from({ length: 15 }, (_, run) => {
        const text = textOf(run)
        const start = performance.now()
        one.test(text)
        return performance.now() - start
      })
      return Math.min(...times)
    }
    const same = () => 'é'.repeat(4096)
    // As many letters as a text can have, none of which was seen before.
    const others = (run: number) => String.fromCodePoint(...Array.from({ length: 2048 }, (_, n) => 0x20000 + run * 2048 + n))
    // A hundred sets of letters are open at each character.
    for (const textOf of [same, others]) expect(best('\\p{L}{1,100}\\d', textOf)).toBeLessThan(best('\\p{L}\\d', textOf) * 10)
  })

  describe('with more sets of states than can be remembered', () => {
    const random = createRandom(7)
    const letters = (length: number) => Array.from({ length }, () => (random.next() < 0.5 ? 'a' : 'b')).join('')

    it('say what the engine of JavaScript says, before and after they have forgotten', () => {
      const source = 'a[ab]{13}(?:c$|d|a{18})'
      const [ours, theirs] = [compilePattern(source), new RegExp(source, 'u')]
      for (let times = 0; times < 12; times++) {
        for (const text of [
          letters(2000),
          `${letters(2000)}c`,
          `${letters(9)}c`,
          `${letters(400)}cab`,
          'a'.repeat(40),
          `${letters(14)}d`,
          '',
        ])
          expect(ours.test(text), text).toBe(theirs.test(text))
      }
    })

    it.each(['^(?:abcdefghij|klmnopqrst)+[0-9]?$', '^[^a](?:b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q|r|s)*$'])(
      'and with more tests of characters than are told apart, as in %s',
      source => {
        const [ours, theirs] = [compilePattern(source), new RegExp(source, 'u')]
        for (const text of ['abcdefghij', 'klmnopqrstabcdefghij7', 'abcdefghijk', '😀bcs', '\ud83dbcs', 'abc', '', '中', '中文'])
          expect(ours.test(text), text).toBe(theirs.test(text))
      },
    )

    it('do not grow', () => {
      setFlagsFromString('--expose-gc')
      const collect: () => void = runInNewContext('gc')
      const held = () => {
        collect()
        return process.memoryUsage().heapUsed / 2 ** 20
      }
      const one = compilePattern('a[ab]{16}c')
      one.test(letters(4096))
      const before = held()
      for (let times = 0; times < 30; times++) one.test(letters(4096))
      // In MB; each of these texts leads to thousands of new ones, a MB or more.
      expect(held() - before).toBeLessThan(8)
      expect(one.test(`${'a'.repeat(17)}c`)).toBe(true)
    })
  })

  it.each([
    ['(?=a)', 'look-around'],
    ['(?<!a)b', 'look-around'],
    ['(a)\\1', 'back references'],
    ['(?<n>a)\\k<n>', 'back references'],
    ['\\bword\\b', '\\b is not possible'],
    ['a{2000}', 'more than 500 repetitions'],
    ['(a{400}){400}', 'too large'],
    ['((){400}){400}', 'too large'],
    ['x'.repeat(501), '501 characters'],
    ['(a', 'not closed'],
    ['[z-a]', 'ends before it begins'],
    ['\\q', '\\q is not known'],
    ['*a', 'means nothing'],
    ['('.repeat(40), 'too deep'],
  ])('refuses %s and says why', (source, words) => {
    expect(() => compilePattern(source)).toThrow(words)
  })

  it('does not look at a text beyond its limit', () => {
    const any = compilePattern('^a*$')
    expect(any.test('a'.repeat(4096))).toBe(true)
    expect(any.test('a'.repeat(4097))).toBe(false)
  })
})
