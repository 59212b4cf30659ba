import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSecretKeys, parseWriteKeys, SCOPES } from './parse.ts'

describe('WRITE_KEYS', () => {
  it('reads public and server keys, blanks and empty entries between them', () => {
    expect(parseWriteKeys(' web:wk_1 , backend:wk_2:server,, web:wk_3,')).toEqual({
      keys: [
        { name: 'web', key: 'wk_1', server: false },
        { name: 'backend', key: 'wk_2', server: true },
        { name: 'web', key: 'wk_3', server: false },
      ],
      problems: [],
    })
  })

  it.each([
    ['web', 'entry 1: must have the form name:key'],
    ['web:', 'entry 1: must have the form'],
    ['a:key1,:key2', 'entry 2: the name must be'],
    ['a b:key1', 'the name must be'],
    ['a:k y', 'the key must have 3 to 200 characters'],
    ['a:key1:private', '“private” after the key is not known'],
    ['a:key1:server:x', 'must have the form'],
    ['a:key1,b:key1', 'entry 2: this key is already in the list'],
  ])('says what is wrong with %s', (text, words) => {
    expect(parseWriteKeys(text).problems.join('\n')).toContain(words)
  })

  it('reports every problem at once and keeps the good entries', () => {
    const { keys, problems } = parseWriteKeys('x,web:wk_1,y')
    expect(keys).toEqual([{ name: 'web', key: 'wk_1', server: false }])
    expect(problems).toHaveLength(2)
  })

  it('never throws and never repeats a key in a problem', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        const { keys, problems } = parseWriteKeys(`${text},ok:sesame-open:wrong`)
        expect(problems.join()).not.toContain('sesame-open')
        expect(new Set(keys.map(({ key }) => key)).size).toBe(keys.length)
      }),
    )
  })
})

describe('SECRET_KEYS', () => {
  it('gives a key without scopes all of them', () => {
    expect(parseSecretKeys('ops:sk_1,crm:sk_2:read+import').keys).toEqual([
      { name: 'ops', key: 'sk_1', scopes: [...SCOPES] },
      { name: 'crm', key: 'sk_2', scopes: ['read', 'import'] },
    ])
  })

  it('refuses an unknown scope rather than dropping it', () => {
    expect(parseSecretKeys('crm:sk_2:read+write')).toEqual({
      keys: [],
      problems: ['SECRET_KEYS, entry 1: unknown scope write; scopes are read, admin, import, delete, merge.'],
    })
  })
})
