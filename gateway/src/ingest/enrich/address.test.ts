import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createAddressReader, pathOf } from './address.ts'

it.each(['', 'acme.com', '/pricing', 'file:///home/ana/x.html', 'javascript:alert(1)', 'https://', 'https://a b/'])(
  '“%s” is no page',
  text => {
    expect(createAddressReader()(text)).toBeNull()
  },
)

it('reads host, path and campaign as a browser does', () => {
  expect(createAddressReader()('HTTPS://WWW.Acme.com:443/a/../b?utm_source=%20x+&gclid=1#top')).toMatchObject({
    text: 'https://www.acme.com/a/../b?utm_source=%20x+&gclid=1#top',
    site: 'acme.com',
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

it('gives no login and no secret away, in whatever part of it', () => {
  const read = createAddressReader()('https://ana:pw@acme.com/u/ana@acme.com?utm_term=ana%40acme.com&token=t0p#/x?id_token=eyJ')
  expect(read?.text).toBe('https://acme.com/u/redacted?utm_term=redacted&token=redacted#/x?id_token=redacted')
  expect(read?.pathname).toBe('/u/redacted')
  expect(read?.campaign.term).toBe('redacted')
})

it.each([
  ['?q={"token":"s3cret one"}&b=2', '?q=redacted&b=2'],
  ['?to\tken=s3cret\n&b=2', '?token=redacted&b=2'],
  ['?token=a b"c<d>s3cret', '?token=redacted'],
  ['? token=s3cret&q="a b"', '?%20token=redacted&q=%22a%20b%22'],
])('gives no secret away behind what a browser writes otherwise: %s', (given, stored) => {
  expect(createAddressReader()(`https://acme.com/x${given}`)?.text).toBe(`https://acme.com/x${stored}`)
})

it('knows the app that a visitor comes from', () => {
  expect(createAddressReader()('android-app://com.google.android.gm/')).toMatchObject({ referral: { channel: 'email' } })
})
