import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createAddressReader, pathOf } from './address.ts'

it.each(['', 'acme.com', '/pricing', 'android-app://com.slack', 'javascript:alert(1)', 'https://', 'https://a b/'])(
  '“%s” is no page',
  text => {
    expect(createAddressReader()(text)).toBeNull()
  },
)

it('reads host, path and campaign as a browser does', () => {
  expect(createAddressReader()('HTTPS://WWW.Acme.com:443/a/../b?utm_source=%20x+&gclid=1#top')).toMatchObject({
    hostname: 'www.acme.com',
    pathname: '/b',
    campaign: { source: 'x', clickId: 'gclid:1', name: '' },
    referral: { channel: 'referral' },
  })
})

it('reads an address the second time as the first, also with little memory', () => {
  const few = createAddressReader(2)
  fc.assert(
    fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string()), text => {
      const fresh = createAddressReader()(text)
      expect(few(text)).toEqual(fresh)
      expect(few(text)).toEqual(fresh)
    }),
  )
})

it('the path is the one that was said, else that of the address', () => {
  expect(pathOf('/said', createAddressReader()('https://acme.com/read'))).toBe('/said')
  expect(pathOf('', createAddressReader()('https://acme.com/read'))).toBe('/read')
  expect(pathOf('', null)).toBe('')
})
