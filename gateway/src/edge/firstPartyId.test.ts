import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { firstPartyCookie } from './firstPartyId.ts'

const ID = '0123456789abcdef0123456789abcdef'

async function cookieFor(headers: Record<string, string>): Promise<string | null> {
  const app = new Hono().post('/', c => c.json(firstPartyCookie(c)))
  const given = { host: 'collect.acme.com', origin: 'https://www.acme.com', cookie: `a=b; wm_aid=${ID}; c=d`, ...headers }
  return (await app.request('https://collect.acme.com/', { method: 'POST', headers: given })).json() as Promise<string | null>
}

describe('the first-party id', () => {
  it('is what the browser has at this moment, for the whole site and as long as browsers allow', async () => {
    const expected = `wm_fid=${ID}; Path=/; Max-Age=34560000; SameSite=Lax; Domain=acme.com; Secure`
    expect(await cookieFor({ 'sec-fetch-site': 'same-site' })).toBe(expected)
    // Browsers that do not say where a request comes from.
    expect(await cookieFor({})).toBe(expected)
  })

  it.each<[string, Record<string, string>, string]>([
    ['a page on the gateway’s own host', { origin: 'https://acme.co.uk', 'sec-fetch-site': 'same-origin' }, 'Domain=acme.co.uk; Secure'],
    ['a host under a suffix that is shared', { origin: 'https://me.vercel.app', 'sec-fetch-site': 'same-origin' }, 'Domain=me.vercel.app'],
    ['a site in development', { origin: 'http://localhost:3000', host: 'localhost:8090' }, 'SameSite=Lax'],
    ['an address', { origin: 'http://192.168.1.9', host: '192.168.1.9:8090' }, 'SameSite=Lax'],
  ])('fits %s', async (_, headers, end) => {
    const cookie = (await cookieFor(headers)) ?? ''
    expect(cookie).toContain(end)
    if (end === 'SameSite=Lax') expect(cookie).not.toMatch(/Domain|Secure/)
  })

  it.each<[string, Record<string, string>]>([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another site, in a browser that does not say so', { origin: 'https://www.other.com' }],
    ['two sites under one shared suffix', { origin: 'https://a.vercel.app', host: 'b.vercel.app' }],
    ['a visitor who objects', { 'sec-fetch-site': 'same-site', 'sec-gpc': '1' }],
    ['no page', { origin: '' }],
    ['a page without an origin', { origin: 'null' }],
    ['a browser without an id', { cookie: 'xwm_aid=aaaaaaaaaa' }],
    ['an id that could end the header', { cookie: 'wm_aid=abcdefgh%0d%0aSet-Cookie:x' }],
    ['an id too long', { cookie: `wm_aid=${'a'.repeat(101)}` }],
  ])('is not set for %s', async (_, headers) => {
    expect(await cookieFor(headers)).toBeNull()
  })
})
