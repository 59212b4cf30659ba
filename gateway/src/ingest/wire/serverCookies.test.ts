import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SERVER_KEY, WEB_KEY, wireApp } from './wire.fixture.ts'

const YEAR_MS = 31_536_000_000
const OPTIONS = { maxAge: YEAR_MS, path: '/', domain: '.acme.com', sameSite: 'Lax' }
const ANONYMOUS = { name: 'rl_anonymous_id', value: 'RS_ENC_v3_ImEi+/Ig==' }
const PAGE = { host: 'collect.acme.com', origin: 'https://www.acme.com', 'sec-fetch-site': 'same-site' }

const asking = (options: object = {}, cookies: unknown = [ANONYMOUS]) => ({
  reqType: 'setCookies',
  workspaceId: 'waymark',
  data: { options: { ...OPTIONS, ...options }, cookies },
})

async function ask(body: unknown, headers: Record<string, string> = {}, { key = WEB_KEY, method = 'POST' } = {}) {
  const app = wireApp()
  const answer = await app.request('/rsaRequest', {
    method,
    headers: { ...PAGE, ...(key === '' ? {} : { authorization: `Basic ${btoa(`${key}:`)}` }), ...headers },
    ...(method === 'POST' ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  })
  const { error, success } = (await answer.json()) as { error?: { code: string }; success?: boolean }
  return { status: answer.status, code: error?.code, success, cookies: answer.headers.getSetCookie(), answer, refused: app.refused }
}

describe('cookies that RudderStack’s SDK asks for', () => {
  it('are set as it would write them, one header each, readable by scripts', async () => {
    const session = { name: 'rl_session', value: 'RS_ENC_v3_e30=; x' }
    const { status, success, cookies, answer } = await ask(asking({}, [ANONYMOUS, session]))
    expect([status, success]).toEqual([200, true])
    const rest = 'Path=/; Max-Age=31536000; Domain=acme.com; SameSite=Lax; Secure'
    expect(cookies).toEqual([`rl_anonymous_id=RS_ENC_v3_ImEi%2B%2FIg%3D%3D; ${rest}`, `rl_session=RS_ENC_v3_e30%3D%3B%20x; ${rest}`])
    expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE.origin)
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it.each<[string, object, Record<string, string>, string]>([
    ['without a domain: for this host alone', { domain: undefined }, {}, 'Path=/; Max-Age=31536000; SameSite=Lax; Secure'],
    [
      'on a laptop',
      { domain: '.localhost' },
      { origin: 'http://localhost:3000', host: 'localhost:8090' },
      'Path=/; Max-Age=31536000; SameSite=Lax',
    ],
    ['for a host below the domain', { domain: 'www.acme.com' }, {}, 'Path=/; Max-Age=31536000; Domain=www.acme.com; SameSite=Lax; Secure'],
    [
      'that other sites should get too: they do not',
      { sameSite: 'None', secure: true },
      {},
      'Path=/; Max-Age=31536000; Domain=acme.com; SameSite=Lax; Secure',
    ],
    ['stricter', { sameSite: 'Strict' }, {}, 'Path=/; Max-Age=31536000; Domain=acme.com; SameSite=Strict; Secure'],
    ['without https', {}, { origin: 'http://www.acme.com' }, 'Path=/; Max-Age=31536000; Domain=acme.com; SameSite=Lax'],
    [
      'without https, by a page that wants it',
      { secure: true },
      { origin: 'http://www.acme.com' },
      'Path=/; Max-Age=31536000; Domain=acme.com; SameSite=Lax; Secure',
    ],
    ['for ever', { maxAge: 1e300 }, {}, 'Path=/; Max-Age=34560000; Domain=acme.com; SameSite=Lax; Secure'],
    ['that end with the browser', { maxAge: undefined }, {}, 'Path=/; Domain=acme.com; SameSite=Lax; Secure'],
    [
      'that end on a day',
      { maxAge: undefined, expires: '2027-01-01T00:00:00.000Z' },
      {},
      'Path=/; Expires=Fri, 01 Jan 2027 00:00:00 GMT; Domain=acme.com; SameSite=Lax; Secure',
    ],
    [
      'that never end: they do with a life of 400 days',
      { maxAge: 0, expires: '9999-12-31T00:00:00.000Z' },
      {},
      'Path=/; Expires=Mon, 05 Apr 2027 09:05:00 GMT; Domain=acme.com; SameSite=Lax; Secure',
    ],
    [
      'by a page at an address',
      { domain: '.0.0.1' },
      { origin: 'http://10.0.0.1:3000', host: '10.0.0.1:8090' },
      'Path=/; Max-Age=31536000; SameSite=Lax',
    ],
    [
      'by a page at an address of IPv6',
      { domain: '[2001:db8::1]' },
      { origin: 'http://[2001:db8::1]:3000', host: '[2001:db8::1]:8090' },
      'Path=/; Max-Age=31536000; SameSite=Lax',
    ],
    ['for a part of the site', { path: '/shop' }, {}, 'Path=/shop; Max-Age=31536000; Domain=acme.com; SameSite=Lax; Secure'],
    [
      'with a path that would end the attribute',
      { path: '/; Domain=evil.test' },
      {},
      'Path=/; Max-Age=31536000; Domain=acme.com; SameSite=Lax; Secure',
    ],
  ])('%s', async (_, options, headers, rest) => {
    const { cookies } = await ask(asking(options), headers)
    expect(cookies).toEqual([`rl_anonymous_id=RS_ENC_v3_ImEi%2B%2FIg%3D%3D; ${rest}`])
  })

  it('are told to a page whose browser does not say where it is, by the hosts', async () => {
    const app = wireApp()
    const headers = { host: 'collect.acme.com', origin: 'https://www.acme.com', authorization: `Basic ${btoa(`${WEB_KEY}:`)}` }
    const answer = await app.request('/rsaRequest', { method: 'POST', headers, body: JSON.stringify(asking()) })
    expect(answer.headers.getSetCookie()).toHaveLength(1)
  })
})

describe('no cookie is set', () => {
  it.each<[string, unknown, Record<string, string>, number, string]>([
    ['for a page of another site', asking(), { origin: 'https://www.other.com', 'sec-fetch-site': 'cross-site' }, 403, 'other_site'],
    ['for a page that says it is of this one, where the browser does not', asking(), { 'sec-fetch-site': 'cross-site' }, 403, 'other_site'],
    ['for a page that may not send', asking(), { origin: 'https://evil.test' }, 403, 'origin_not_allowed'],
    ['for no page', asking(), { origin: '' }, 403, 'other_site'],
    ['for a whole suffix', asking({ domain: 'com' }), {}, 400, 'bad_cookie_domain'],
    ['for a suffix that is shared', asking({ domain: 'vercel.app' }), { origin: 'https://me.vercel.app' }, 400, 'bad_cookie_domain'],
    ['for a domain that is not the page’s', asking({ domain: 'other.com' }), {}, 400, 'bad_cookie_domain'],
    ['for a domain that ends like the page’s', asking({ domain: 'me.com' }), {}, 400, 'bad_cookie_domain'],
    ['for a domain that would end the attribute', asking({ domain: 'acme.com; Path=/' }), {}, 400, 'bad_cookie_domain'],
    ['with the name of the console’s session', asking({}, [{ name: '__Host-waymark', value: 'x' }]), {}, 400, 'unknown_cookie'],
    ['with the name of our own SDK’s', asking({}, [{ name: 'wm_aid', value: 'x' }]), {}, 400, 'unknown_cookie'],
    ['with a name that begins like theirs', asking({}, [{ name: 'rl_anonymous_id=x; a', value: 'x' }]), {}, 400, 'unknown_cookie'],
    ['where only some have a good name', asking({}, [ANONYMOUS, { name: 'session', value: 'x' }]), {}, 400, 'unknown_cookie'],
    ['with half a character', asking({}, [{ name: 'rl_trait', value: '\ud800' }]), {}, 400, 'bad_cookies'],
    ['with a value that is no text', asking({}, [{ name: 'rl_trait', value: { a: 1 } }]), {}, 400, 'bad_cookies'],
    ['that no browser would keep', asking({}, [{ name: 'rl_trait', value: 'x'.repeat(4097) }]), {}, 413, 'cookie_too_large'],
    [
      'so large together that the site would refuse its visitor',
      asking(
        {},
        ['rl_trait', 'rl_group_trait', 'rl_session'].map(name => ({ name, value: 'x'.repeat(3000) })),
      ),
      {},
      413,
      'cookies_too_large',
    ],
    ['of a body beyond measure', 'x'.repeat(65_537), {}, 413, 'body_too_large'],
    ['of no JSON', '{', {}, 400, 'unreadable_body'],
    ['of another request', { ...asking(), reqType: 'getCookies' }, {}, 400, 'bad_cookies'],
    ['of nothing', asking({}, []), {}, 400, 'bad_cookies'],
  ])('%s', async (_, body, headers, status, code) => {
    const refusal = await ask(body, headers)
    expect(refusal).toMatchObject({ status, code, cookies: [] })
    expect(refusal.refused).toMatchObject([{ path: '/rsaRequest', status, code }])
  })

  it.each([
    ['', 'no_write_key'],
    ['wk_unknown', 'unknown_write_key'],
  ])('without a good key: “%s”', async (key, code) => {
    expect(await ask(asking(), {}, { key })).toMatchObject({ status: 401, code, cookies: [] })
  })

  it('with a server’s key, or by reading', async () => {
    expect(await ask(asking(), {}, { key: SERVER_KEY })).toMatchObject({ status: 403, cookies: [] })
    expect(await ask('', {}, { method: 'GET' })).toMatchObject({ status: 405, code: 'method_not_allowed', cookies: [] })
  })

  it('beyond the lines that it is asked for, whatever the body holds', async () => {
    const anything = fc.record(
      {
        maxAge: fc.oneof(fc.double(), fc.jsonValue()),
        path: fc.oneof(fc.string(), fc.jsonValue()),
        domain: fc.oneof(fc.string(), fc.constantFrom('.acme.com', 'www.acme.com', '.'), fc.jsonValue()),
        sameSite: fc.jsonValue(),
        secure: fc.jsonValue(),
        expires: fc.oneof(fc.string(), fc.date({ noInvalidDate: true }).map(String), fc.jsonValue()),
      },
      { requiredKeys: [] },
    )
    const cookies = fc.array(
      fc.record({
        name: fc.oneof(fc.constantFrom('rl_session', 'rl_trait'), fc.string()),
        value: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
      }),
      { maxLength: 3 },
    )
    const line =
      /^rl_(?:session|trait)=[\w%.!~*'()-]*; Path=\/[\w/.~-]*(?:; (?:Max-Age=\d+|Expires=\w{3}, \d\d \w{3} -?\d+ [\d:]{8} GMT))?(?:; Domain=(?:www\.)?acme\.com)?; SameSite=(?:Lax|Strict); Secure$/
    await fc.assert(
      fc.asyncProperty(anything, cookies, async (options, cookies) => {
        const answer = await ask({ reqType: 'setCookies', data: { options, cookies } })
        expect(answer.status).toBeLessThan(500)
        for (const cookie of answer.cookies) expect(cookie).toMatch(line)
      }),
      { numRuns: 300 },
    )
  })
})
