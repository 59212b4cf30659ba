import { _, type CodeKeywordDefinition, type KeywordCxt, str } from 'ajv'

/**
 * `maxLength` and `minLength` in characters, as JSON Schema has it, that count them only where UTF-16 units leave it open: Ajv's own count those of
 * every text, which is two thirds of what a good event costs to validate.
 */
export const LENGTHS: readonly CodeKeywordDefinition[] = [
  {
    keyword: 'maxLength',
    type: 'string',
    schemaType: 'number',
    error: { message: ({ schemaCode }) => str`must NOT have more than ${schemaCode} characters` },
    code(cxt) {
      const { data, schemaCode: most } = cxt
      cxt.fail(_`${data}.length > ${most} && ${counted(cxt)} > ${most}`)
    },
  },
  {
    keyword: 'minLength',
    type: 'string',
    schemaType: 'number',
    error: { message: ({ schemaCode }) => str`must NOT have fewer than ${schemaCode} characters` },
    code(cxt) {
      const { data, schemaCode: fewest } = cxt
      cxt.fail(_`${data}.length < 2 * ${fewest} && ${counted(cxt)} < ${fewest}`)
    },
  },
]

function counted({ gen, data }: KeywordCxt) {
  return _`${gen.scopeValue('func', { ref: charactersOf })}(${data})`
}

/** Half of a pair counts as one. */
function charactersOf(text: string): number {
  let count = 0
  for (const _character of text) count++
  return count
}
