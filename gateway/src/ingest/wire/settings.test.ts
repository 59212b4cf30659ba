import { describe, expect, it } from 'vitest'
import { PASSING } from '../request/guard.fixture.ts'
import type { EdgeGuard } from '../request/guard.ts'
import { refuse } from '../request/refuse.ts'
import { SERVER_KEY, WEB_KEY, wireApp } from './wire.fixture.ts'

interface Settings {
  readonly integrations: { readonly [name: string]: { readonly apiKey: string; readonly apiHost: string; readonly protocol: string } }
}

const SETTINGS = `/v1/projects/${WEB_KEY}/settings`

async function hostTold(headers: Record<string, string>, proxied: string | null = null, below = ''): Promise<string> {
  const { request } = wireApp({ proxied, below })
  const { integrations } = (await (await request(SETTINGS, { headers })).json()) as Settings
  const own = integrations['Segment.io']
  return `${own?.protocol}://${own?.apiHost}`
}

describe('the settings document of analytics-next', () => {
  it.each<[string, Record<string, string>, string | null, string]>([
    ['on a laptop', { host: 'localhost:8090', origin: 'http://localhost:3000' }, null, 'http://localhost:8090/v1'],
    ['on a laptop, asked by a browser', { host: '127.0.0.1:8090', 'sec-fetch-site': 'cross-site' }, null, 'http://127.0.0.1:8090/v1'],
    ['asked by a page of https', { host: 'collect.acme.com', origin: 'https://www.acme.com' }, null, 'https://collect.acme.com/v1'],
    ['asked by its own site over https', { host: 'www.acme.com', 'sec-fetch-site': 'same-origin' }, null, 'https://www.acme.com/v1'],
    ['asked over plain http', { host: 'waymark:8090', origin: 'http://intranet' }, null, 'http://waymark:8090/v1'],
    ['with a Host that is none', { host: 'a b"c' }, null, 'http://127.0.0.1:8090/v1'],
    ['behind a trusted proxy', { host: 'inside:1' }, 'https://collect.acme.com', 'https://collect.acme.com/v1'],
    ['below a path of a proxy', { 'x-forwarded-prefix': '/collect' }, 'https://acme.com', 'https://acme.com/collect/v1'],
    ['below a path that nobody may say', { host: 'acme.com', 'x-forwarded-prefix': '/x' }, null, 'http://acme.com/v1'],
    ['below a path that is none', { 'x-forwarded-prefix': '//evil.test/' }, 'https://acme.com', 'https://acme.com/v1'],
  ])('names the host by which the page reaches the gateway: %s', async (_, headers, proxied, told) => {
    expect(await hostTold(headers, proxied)).toBe(told)
  })

  it.each<[string, Record<string, string>, string | null, string]>([
    ['by itself', { host: 'www.acme.com', origin: 'https://www.acme.com' }, null, 'https://www.acme.com/news/hello/v1'],
    ['behind a proxy that names the host alone', {}, 'https://www.acme.com', 'https://www.acme.com/news/hello/v1'],
    ['behind one that names no path', { 'x-forwarded-prefix': '' }, 'https://www.acme.com', 'https://www.acme.com/news/hello/v1'],
    ['behind one that names it too', { 'x-forwarded-prefix': '/news/hello' }, 'https://www.acme.com', 'https://www.acme.com/news/hello/v1'],
  ])('keeps pages below INGEST_PATH where they asked below it: %s', async (_, headers, proxied, told) => {
    expect(await hostTold(headers, proxied, '/news/hello')).toBe(told)
  })

  it('is there also for a cdnURL with a slash at the end', async () => {
    const { request } = wireApp()
    const response = await request(`http://collect.acme.com/${SETTINGS}`, { headers: { host: 'collect.acme.com' } })
    expect([response.status, await response.json()]).toMatchObject([200, { integrations: { 'Segment.io': { apiKey: WEB_KEY } } }])
  })

  it('has one integration, so the SDK loads no destinations, with delivery and retries of ours', async () => {
    const { request } = wireApp()
    const response = await request(SETTINGS, { headers: { origin: 'https://www.acme.com' } })
    expect(await response.json()).toMatchObject({
      integrations: {
        'Segment.io': {
          apiKey: WEB_KEY,
          deliveryStrategy: { strategy: 'standard', config: { keepalive: true } },
          httpConfig: { backoffConfig: { statusCodeOverrides: { '401': 'retry' } } },
        },
      },
      metrics: { sampleRate: 0 },
      remotePlugins: [],
    })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://www.acme.com',
      // A shared cache would give every page what one client's headers made.
      'cache-control': expect.stringMatching(/^private, .*stale-while-revalidate.*stale-if-error/),
      vary: 'Sec-Fetch-Site, X-Forwarded-Host, X-Forwarded-Proto, X-Forwarded-Prefix, Origin',
    })
  })
})

describe('RudderStack’s source configuration', () => {
  const basic = (key: string) => ({ authorization: `Basic ${btoa(`${key}:`)}`, origin: 'https://www.acme.com' })

  it.each(['/sourceConfig', '/sourceConfig/'])('%s has what its SDK checks, for the key of the header or the address', async path => {
    const { request } = wireApp()
    const byHeader = await request(`${path}?p=npm&v=3.34.1`, { headers: basic(WEB_KEY) })
    expect(await byHeader.json()).toMatchObject({
      source: { id: 'web', writeKey: WEB_KEY, enabled: true, config: {}, destinations: [] },
    })
    expect(byHeader.headers.get('cache-control')).toMatch(/^private/)
    expect((await request(`${path}?writeKey=${WEB_KEY}`)).status).toBe(200)
  })

  it('may be asked from another site with a key in the header', async () => {
    const { request } = wireApp()
    const headers = {
      origin: 'https://www.acme.com',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    }
    const response = await request('/sourceConfig/', { method: 'OPTIONS', headers })
    expect([response.status, response.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization'])
  })
})

describe('an SDK that may not send', () => {
  it.each([
    ['/v1/projects/nope/settings', 'https://www.acme.com', 401, 'unknown_write_key'],
    [`/v1/projects/${SERVER_KEY}/settings`, 'https://www.acme.com', 403, 'server_key_in_browser'],
    [SETTINGS, 'https://evil.test', 403, 'origin_not_allowed'],
    ['/sourceConfig/', 'https://www.acme.com', 401, 'no_write_key'],
    ['/sourceConfig/?writeKey=nope', 'https://www.acme.com', 401, 'unknown_write_key'],
  ])('%s learns why, and so does who watches for its events', async (path, origin, status, code) => {
    const { request, refused } = wireApp()
    const response = await request(path, { headers: { origin } })
    expect([response.status, await response.json()]).toEqual([status, { error: { code, message: expect.any(String) } }])
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    expect(refused).toMatchObject([{ status, code, origin }])
    // The key of the address is in no list.
    expect(refused[0]?.path).not.toContain(SERVER_KEY)
  })
})

describe('whoever tries keys', () => {
  const guardOf = (isOpen: boolean) => {
    const charged: number[] = []
    const knocking = () => {
      if (!isOpen) throw refuse(429, 'rate_limited', 'Nothing of this request was stored.')
    }
    const guard: EdgeGuard = { ...PASSING, knocking, refused: c => void charged.push(c.res.status) }
    return { ...wireApp({ guard }), charged }
  }

  it.each(['/v1/projects/wk_none/settings', '/sourceConfig/?writeKey=wk_none'])(
    'pays for wrong ones where SDKs ask for settings, and is then told of none: %s',
    async path => {
      const { request, charged } = guardOf(true)
      expect([(await request(path)).status, charged]).toEqual([401, [401]])
      const shut = guardOf(false)
      expect((await shut.request(path)).status).toBe(429)
      const right = await shut.request(path.replace('wk_none', SERVER_KEY), { headers: { origin: 'https://www.acme.com' } })
      expect([right.status, right.headers.get('access-control-allow-origin')]).toEqual([429, 'https://www.acme.com'])
      expect((await shut.request('/rsaRequest?writeKey=wk_none', { method: 'POST' })).status).toBe(429)
    },
  )
})
