import { Ajv } from 'ajv'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LENGTHS } from './lengths.ts'

const ours = () => {
  const ajv = new Ajv({ strict: true })
  for (const definition of LENGTHS) ajv.removeKeyword(String(definition.keyword)).addKeyword(definition)
  return ajv
}

it('limits of length are those of JSON Schema, told in the same words, whatever characters a text is of', () => {
  const characters = fc.constantFrom('a', 'ü', '😀', '👩‍👩‍👧', '\ud83d', '\ude00', '')
  const texts = fc.array(characters, { maxLength: 14 }).map(parts => parts.join(''))
  const limits = fc.record({ minLength: fc.nat(9), maxLength: fc.nat(9) }, { requiredKeys: [] })
  fc.assert(
    fc.property(limits, texts, (given, text) => {
      const schema = { type: 'object', properties: { text: { type: 'string', ...given } } }
      const [own, plain] = [ours().compile(schema), new Ajv({ strict: true }).compile(schema)]
      expect(own({ text })).toBe(plain({ text }))
      expect(own.errors?.map(({ keyword, instancePath, message }) => ({ keyword, instancePath, message }))).toEqual(
        plain.errors?.map(({ keyword, instancePath, message }) => ({ keyword, instancePath, message })),
      )
    }),
  )
})
