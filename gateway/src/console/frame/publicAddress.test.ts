import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { parseProxies } from '../../edge/proxies.ts'
import { createPublicAddress } from './publicAddress.ts'

const URL_OF_GATEWAY = 'http://127.0.0.1:8090'

async function seen(trustProxy: boolean, headers: Record<string, string>) {
  const address = createPublicAddress({
    proxies: { kind: trustProxy ? 'nearest' : 'nobody' },
    url: URL_OF_GATEWAY,
    remote: () => '10.0.0.1',
  })
  const app = new Hono().get('/', c => c.json([address.origin(c), address.client(c)]))
  return (await app.request(`${URL_OF_GATEWAY}/`, { headers })).json()
}

describe('the address behind a proxy', () => {
  it.each<[string, Record<string, string>, string, string]>([
    ['a proxy that ends TLS', { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'w.acme.com' }, 'https://w.acme.com', '10.0.0.1'],
    ['a proxy that keeps the Host', { 'x-forwarded-proto': 'https', host: 'w.acme.com' }, 'https://w.acme.com', '10.0.0.1'],
    [
      'a client that planted values before',
      { 'x-forwarded-for': '6.6.6.6, 192.0.2.7', host: '127.0.0.1:8090' },
      URL_OF_GATEWAY,
      '192.0.2.7',
    ],
    [
      'several proxies',
      { 'x-forwarded-proto': 'http, https', 'x-forwarded-host': 'evil.test, w.acme.com:8443' },
      'https://w.acme.com:8443',
      '10.0.0.1',
    ],
    ['an IPv6 client', { 'x-forwarded-for': '2001:db8::7', host: '127.0.0.1:8090' }, URL_OF_GATEWAY, '2001:db8::7'],
    ['a number too large for an address', { 'x-forwarded-host': '999.1.1.1', host: '127.0.0.1:99999' }, URL_OF_GATEWAY, '10.0.0.1'],
    ['nobody', { host: '127.0.0.1:8090' }, URL_OF_GATEWAY, '10.0.0.1'],
    [
      'nonsense',
      { 'x-forwarded-proto': 'javascript', 'x-forwarded-host': 'a@b/c', 'x-forwarded-for': '<b>', host: '[' },
      URL_OF_GATEWAY,
      '10.0.0.1',
    ],
  ])('is what %s says, when proxies are trusted', async (_who, headers, origin, client) => {
    expect(await seen(true, headers)).toEqual([origin, client])
  })

  it('is never what a header says, when they are not', async () => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.test', 'x-forwarded-for': '6.6.6.6', host: 'evil.test' }
    expect(await seen(false, headers)).toEqual([URL_OF_GATEWAY, '10.0.0.1'])
  })

  it.each([
    ['a listed proxy', '10.0.0.1', 'https://w.acme.com'],
    ['anybody else who connects', '203.0.113.9', null],
  ])('as a proxy tells it, is what %s says', async (_who, remote, told) => {
    const address = createPublicAddress({ proxies: parseProxies('10.0.0.0/8').trust, url: URL_OF_GATEWAY, remote: () => remote })
    const app = new Hono().get('/', c => c.json(address.proxied(c)))
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'w.acme.com' }
    expect(await (await app.request('/', { headers })).json()).toBe(told)
  })
})
