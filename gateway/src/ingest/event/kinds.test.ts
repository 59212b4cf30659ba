import fc from 'fast-check'
import { expect, it } from 'vitest'
import { trimmed } from './kinds.ts'

it('a text loses the blanks around it, whatever blanks they are', () => {
  const blank = fc.constantFrom(' ', '\t', '\n', '\r', '\v', '\f', '\u00a0', '\u1680', '\u2003', '\u2028', '\u202f', '\u3000', '\ufeff')
  const other = fc.constantFrom('a', '~', '!', '\0', '\u001f', '\u007f', '\u0085', '\u200b', 'ü', '😀', '\udc00')
  const texts = fc.array(fc.oneof(blank, other), { maxLength: 6 }).map(parts => parts.join(''))
  fc.assert(
    fc.property(texts, text => {
      expect(trimmed(text)).toBe(text.trim())
    }),
  )
})
