import { expect, it } from 'vitest'
import { REDACT, REDACTED } from './redact.ts'

it('a parameter that is encoded into a path, or stands far behind in a value', () => {
  expect(REDACT('https://acme.com/p/%3Ftoken%3Ds3cret/now')).toBe(`https://acme.com/p/%3Ftoken%3D${REDACTED}/now`)
  expect(REDACT('/p/%253Fa%253D1%2526pass%5B%5D%253Ds3cret%2526b%253D2')).toBe(`/p/%253Fa%253D1%2526pass%5B%5D%253D${REDACTED}%2526b%253D2`)
  const far = `https://acme.com/?next=${'x'.repeat(2000)}%3Ftoken%3D`
  expect(REDACT(`${far}s3cret`)).toBe(`${far}${REDACTED}`)
  expect(REDACT(`/p/%3Ftoken%3D${'s'.repeat(3000)}%26b%3D2`)).toBe(`/p/%3Ftoken%3D${REDACTED}%26b%3D2`)
  expect(JSON.parse(REDACT(JSON.stringify({ path: '/p/%3Ftoken%3Ds"x', n: 1 })))).toEqual({ path: `/p/%3Ftoken%3D${REDACTED}"x`, n: 1 })
})
