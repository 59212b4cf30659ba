import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientHints } from './clientHints.ts'

describe('what a browser says of itself in its headers', () => {
  it.each([
    ['"Chromium";v="140", "Not=A?Brand";v="24", "Brave";v="140"', ['Chromium', 'Not=A?Brand', 'Brave']],
    ['"Not/A)Brand";v="8","Google Chrome";v="126"', ['Not/A)Brand', 'Google Chrome']],
    ['"(Not(A:Brand";v="99.0.0.0", "Opera GX"; v="1"', ['(Not(A:Brand', 'Opera GX']],
    [String.raw`"Say \"hi\", \\o/";v="1"`, ['Say "hi", \\o/']],
    ['" Not A;Brand";v="99,1", "Vivaldi"', [' Not A;Brand', 'Vivaldi']],
  ])('%s', (list, names) => {
    expect(clientHints(list, undefined, undefined)).toEqual({ brands: names.map(brand => ({ brand })) })
  })

  it('is its platform and whether it is a phone', () => {
    expect(clientHints(undefined, '"Chrome OS"', '?0')).toEqual({ platform: 'Chrome OS', mobile: false })
    expect(clientHints(undefined, '"Android"', '?1')).toEqual({ platform: 'Android', mobile: true })
    expect(clientHints(undefined, '""', 'yes')).toBeUndefined()
    expect(clientHints(undefined, undefined, undefined)).toBeUndefined()
  })

  it('is little, whatever is sent', () => {
    expect(clientHints(`"${'x'.repeat(2000)}"`, undefined, undefined)).toBeUndefined()
    const many = clientHints(Array.from({ length: 40 }, (_, place) => `"b${place}"`).join(','), undefined, undefined)
    expect(many?.brands).toHaveLength(8)
    const header = fc.oneof(fc.string(), fc.stringMatching(/^["\\;=,v a]{0,40}$/))
    fc.assert(
      fc.property(header, header, header, (brands, platform, mobile) => {
        expect(JSON.stringify(clientHints(brands, platform, mobile) ?? {}).length).toBeLessThan(2000)
      }),
    )
  })
})
