import { describe, expect, it } from 'vitest'
import { configuredOrigins, originListed, parseAllowedOrigins, readOrigins } from './origins.ts'

describe('ALLOWED_ORIGINS', () => {
  const { rules, problems } = parseAllowedOrigins('web=https://www.acme.com https://*.acme.com:8443, shop=http://localhost:3000')

  it('reads a list of pages for each source', () => {
    expect(problems).toEqual([])
    expect(rules).toEqual([
      { source: 'web', origins: ['https://www.acme.com', 'https://*.acme.com:8443'] },
      { source: 'shop', origins: ['http://localhost:3000'] },
    ])
  })

  it.each([
    ['web', 'https://www.acme.com', true],
    ['web', 'HTTPS://WWW.ACME.COM', true],
    ['web', 'http://www.acme.com', false],
    ['web', 'https://a.b.acme.com:8443', true],
    ['web', 'https://acme.com:8443', false],
    ['web', 'https://evil-acme.com:8443', false],
    ['web', 'https://www.acme.com.evil.test', false],
    ['web', 'null', false],
    ['shop', 'http://localhost:3000', true],
    ['docs', 'https://anywhere.test', true],
  ])('%s from %s: %s', (source, origin, expected) => {
    expect(originListed(configuredOrigins(rules, source) ?? [], origin)).toBe(expected)
  })

  it('names what is no origin', () => {
    expect(parseAllowedOrigins('web=https://www.acme.com/path,=https://a.test,web=').problems).toEqual([
      'ALLOWED_ORIGINS, source “web”: “https://www.acme.com/path” is no origin; write scheme and host only, e.g. https://www.acme.com.',
      'ALLOWED_ORIGINS, “=https://a.test”: must have the form source=https://one.example https://*.two.example.',
      'ALLOWED_ORIGINS, “web=”: must have the form source=https://one.example https://*.two.example.',
    ])
  })
})

describe('a list of pages that a person writes', () => {
  it('may be written by lines, blanks and commas, with a slash at the end and twice', () => {
    expect(readOrigins(' https://www.acme.com/\nHTTPS://*.acme.com, https://www.acme.com http://localhost:3000')).toEqual({
      origins: ['https://www.acme.com', 'https://*.acme.com', 'http://localhost:3000'],
      wrong: [],
    })
  })

  it('names what is no origin', () => {
    expect(readOrigins('acme.com https://acme.com/shop https://*.*.com javascript:x *').wrong).toEqual([
      'acme.com',
      'https://acme.com/shop',
      'https://*.*.com',
      'javascript:x',
      '*',
    ])
  })
})
