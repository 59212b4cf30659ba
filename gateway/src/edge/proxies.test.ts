import { describe, expect, it } from 'vitest'
import { clientAddress, isBelieved, parseProxies } from './proxies.ts'

const listed = parseProxies('10.0.0.0/8, 2001:db8:ffff::/48,loopback').trust

describe('TRUST_PROXY', () => {
  it.each([
    ['', 'nobody'],
    ['off', 'nobody'],
    ['0', 'nobody'],
    ['on', 'nearest'],
    ['TRUE', 'nearest'],
    ['private', 'listed'],
    ['192.0.2.1', 'listed'],
  ])('%s trusts %s', (text, kind) => {
    expect(parseProxies(text)).toMatchObject({ trust: { kind }, problems: [] })
  })

  it('names what is no address', () => {
    expect(parseProxies('10.0.0.0/33,proxy.acme.com,1.2.3.4').problems).toEqual([
      expect.stringContaining('“10.0.0.0/33”'),
      expect.stringContaining('“proxy.acme.com”'),
    ])
  })
})

describe('who asks', () => {
  it.each([
    ['nobody forwards', '10.0.0.1', undefined, '10.0.0.1'],
    ['one proxy', '10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['two proxies', '10.0.0.1', '203.0.113.7, 10.0.0.2', '203.0.113.7'],
    ['a client that wrote more than itself', '10.0.0.1', '198.51.100.1, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
    ['a client that pretends to be a proxy', '10.0.0.1', '8.8.8.8, 10.9.9.9, 203.0.113.7', '203.0.113.7'],
    ['a stranger who forwards', '203.0.113.9', '8.8.8.8', '203.0.113.9'],
    ['a name among the hops', '10.0.0.1', '8.8.8.8, unknown, 10.0.0.2', '10.0.0.2'],
    ['only proxies', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['ports', '10.0.0.1', '203.0.113.7:41234, [2001:db8:ffff::1]:80', '203.0.113.7'],
    ['an IPv6 client', '127.0.0.1', '2001:db8::7', '2001:db8::7'],
    ['an IPv6 proxy', '2001:db8:ffff::9', '203.0.113.7', '203.0.113.7'],
    ['an IPv4 proxy on an IPv6 socket', '::ffff:10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['an endless list', '10.0.0.1', `8.8.8.8, ${Array(50).fill('10.0.0.2').join(', ')}`, '10.0.0.2'],
  ])('%s', (_, remote, forwardedFor, expected) => {
    expect(clientAddress(listed, remote, forwardedFor)).toBe(expected)
  })

  it('is the nearest hop where whoever connects is trusted, and the connection where nobody is', () => {
    const forwardedFor = '8.8.8.8, 203.0.113.7'
    expect(clientAddress({ kind: 'nearest' }, '192.0.2.1', forwardedFor)).toBe('203.0.113.7')
    expect(clientAddress({ kind: 'nearest' }, '192.0.2.1', 'nonsense')).toBe('192.0.2.1')
    expect(clientAddress({ kind: 'nobody' }, '192.0.2.1', forwardedFor)).toBe('192.0.2.1')
    expect([isBelieved(listed, '10.0.0.1'), isBelieved(listed, '192.0.2.1'), isBelieved({ kind: 'nobody' }, '10.0.0.1')]).toEqual([
      true,
      false,
      false,
    ])
  })
})
