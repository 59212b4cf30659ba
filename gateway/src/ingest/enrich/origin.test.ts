import { describe, expect, it } from 'vitest'
import { originIn, truncated } from './origin.ts'

describe('an address before it is looked up', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0'],
    [' 203.0.113.77:51234 ', '203.0.113.0'],
    ['::ffff:203.0.113.77', '203.0.113.0'],
    ['2001:db8:1:2::5', '2001:db8:1::'],
    ['[2001:DB8:1:2:3:4:5:6]:443', '2001:db8:1::'],
    ['fe80::1%eth0', 'fe80:0:0::'],
    ['2001:db8::', '2001:db8:0::'],
    ['::1', '0:0:0::'],
    ['1:2:3:4:5:6:7::', '1:2:3::'],
  ])('%s is cut to its network %s', (address, network) => {
    expect(truncated(address)).toBe(network)
  })

  it.each(['', 'unknown', '256.1.1.1', '1.2.3', '1:2:3', ':::', 'a.b.c.d', '::1::', '1'.repeat(100)])('%s is none', text => {
    expect(truncated(text)).toBeNull()
  })
})

describe('a record of a database', () => {
  it.each([
    [{ country: { iso_code: 'DE' } }, { country: 'DE' }],
    [{ registered_country: { iso_code: 'fr' } }, { country: 'FR' }],
    [{ country_code: 'JP' }, { country: 'JP' }],
    [
      { country: 'US', asn: 'AS13335', as_name: 'Cloudflare' },
      { country: 'US', asn: 13335, organisation: 'Cloudflare' },
    ],
    [
      { autonomous_system_number: 3320, autonomous_system_organization: 'DTAG' },
      { country: '', asn: 3320, organisation: 'DTAG' },
    ],
    [{ country: { iso_code: 7 } }, null],
    [{}, null],
    [null, null],
  ])('%j tells %j', (record, origin) => {
    expect(originIn(record)).toEqual(origin)
  })
})
