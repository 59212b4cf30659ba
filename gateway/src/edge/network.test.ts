import { describe, expect, it } from 'vitest'
import { isPublic, networkOf, networkText } from './network.ts'

const shown = (address: string) => {
  const network = networkOf(address)
  return network === null ? null : networkText(network)
}

describe('the network that an address stands for', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['255.255.255.255', '255.255.255.255'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:DB8::9', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:192.0.2.1', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::192.0.2.1', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['a:b:c:d:e:f:1::', 'a:b:c:d::/64'],
  ])('%s is %s', (address, expected) => {
    expect(shown(address)).toBe(expected)
  })

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1..2.3',
    '1.2.3.4x',
    '1:2',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'x',
    ':',
    '::ffff:1.2.3',
  ])('“%s” is no address', address => {
    expect(networkOf(address)).toBeNull()
  })

  it('of everybody on the internet is told from those of this machine and this network', () => {
    const isOpen = (address: string) => isPublic(networkOf(address) ?? { high: 0, low: 0 })
    const inside = [
      '127.0.0.1',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.9.9',
      '192.168.1.1',
      '169.254.0.1',
      '100.64.0.1',
      '100.127.0.1',
      '0.0.0.0',
    ]
    for (const address of [...inside, '::1', '::', 'fe80::1', 'fd00::1', '::ffff:10.0.0.1']) expect(isOpen(address), address).toBe(false)
    const outside = [
      '8.8.8.8',
      '172.32.0.1',
      '172.15.0.1',
      '100.63.0.1',
      '100.128.0.1',
      '192.167.1.1',
      '203.0.113.7',
      '2001:db8::1',
      '2a00::',
    ]
    for (const address of outside) expect(isOpen(address), address).toBe(true)
  })
})
