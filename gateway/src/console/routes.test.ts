import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadModels } from '../model/load.ts'
import type { Reader } from '../read/reader.ts'
import { createAccountPages } from './accounts/accountRoutes.ts'
import { createPublicAddress } from './frame/publicAddress.ts'
import { createConsole } from './routes.ts'
import { SESSION_MS } from './signIn/sessions.ts'
import { consoleSetup } from './signIn/signInRoutes.ts'
import { TRY_WINDOW_MS } from './signIn/throttle.ts'

const PASSWORD = 'correct horse battery'
/** Nothing to see: these tests are about who gets in. */
const EMPTY: Reader = {
  accounts: async () => ({ data: [], nextCursor: null }),
  placedAccounts: async () => ({ data: [], nextCursor: null }),
  accountId: async () => null,
  account: async () => null,
  score: async () => Promise.reject(new Error('not asked')),
  journey: async () => null,
  timeline: async () => ({ data: [], nextCursor: null }),
  accountsCsv: async () => Promise.reject(new Error('not asked')),
  history: async () => ({ through: null, days: [] }),
  changes: async () => Promise.reject(new Error('not asked')),
  profile: async () => null,
  merges: async () => null,
}

describe('the way into the console', () => {
  let dataDir: string
  let clock: number
  let address: string
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'waymark-console-'))
    clock = Date.UTC(2026, 10, 20)
    address = '192.0.2.1'
  })
  afterEach(() => rm(dataDir, { recursive: true }))

  const open = (publicUrl = 'http://127.0.0.1:8090', trustProxy = false) => ({
    publicUrl,
    app: createConsole({
      pages: [createAccountPages({ reader: EMPTY, models: { ...loadModels(), journeys: [] }, now: () => clock })],
      now: () => clock,
      dataDir,
      address: createPublicAddress({ proxies: { kind: trustProxy ? 'nearest' : 'nobody' }, url: publicUrl, remote: () => address }),
      passwordCost: 2 ** 10,
    }),
  })
  const post = (app: Hono, path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
    app.request(`http://127.0.0.1:8090${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { origin: 'http://127.0.0.1:8090', ...headers },
    })
  const cookieOf = (response: Response) => /^([^=]+=[^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? ''

  async function setUp(publicUrl?: string) {
    const { app } = open(publicUrl)
    const token =
      new URL((await consoleSetup({ dataDir, publicUrl: publicUrl ?? 'http://127.0.0.1:8090' })).setupUrl ?? '').searchParams.get(
        'token',
      ) ?? ''
    const answer = await post(
      app,
      '/console/set-up',
      { token, password: PASSWORD, again: PASSWORD },
      publicUrl === undefined ? {} : { origin: publicUrl },
    )
    return { app, token, answer, cookie: cookieOf(answer) }
  }

  it('takes the set-up link once, and signs in whoever used it', async () => {
    const { app, token, answer, cookie } = await setUp()
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console/'])
    expect((await app.request('/console/', { headers: { cookie } })).status).toBe(200)
    const again = await post(app, '/console/set-up', { token, password: 'another password', again: 'another password' })
    expect(again.status).toBe(404)
    expect((await app.request(`/console/set-up?token=${token}`)).status).toBe(404)
    expect((await post(app, '/console/sign-in', { password: 'another password' })).status).toBe(403)
    expect((await consoleSetup({ dataDir, publicUrl: 'http://127.0.0.1:8090' })).setupUrl).toBeNull()
  })

  it('of two that use the same link at the same time lets one win', async () => {
    const { app } = open()
    const { setupUrl } = await consoleSetup({ dataDir, publicUrl: 'http://127.0.0.1:8090' })
    const token = new URL(setupUrl ?? '').searchParams.get('token') ?? ''
    const answers = await Promise.all([
      post(app, '/console/set-up', { token, password: PASSWORD, again: PASSWORD }),
      post(app, '/console/set-up', { token, password: 'x'.repeat(20), again: 'x'.repeat(20) }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 404])
  })

  it('replaces an unused link at the next start', async () => {
    const { app } = open()
    const first = await consoleSetup({ dataDir, publicUrl: 'http://127.0.0.1:8090' })
    const second = await consoleSetup({ dataDir, publicUrl: 'http://127.0.0.1:8090' })
    expect((await app.request(first.setupUrl ?? '')).status).toBe(404)
    expect((await app.request(second.setupUrl ?? '')).status).toBe(200)
  })

  it('keeps neither password nor link in the file, which only the owner may read', async () => {
    const { setupUrl } = await consoleSetup({ dataDir, publicUrl: 'http://127.0.0.1:8090' })
    const token = new URL(setupUrl ?? '').searchParams.get('token') ?? ''
    const file = join(dataDir, 'console.json')
    expect(await readFile(file, 'utf8')).not.toContain(token)
    await post(open().app, '/console/set-up', { token, password: PASSWORD, again: PASSWORD })
    expect(await readFile(file, 'utf8')).not.toContain(PASSWORD)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['short', 'short', 'characters'],
    [PASSWORD, `${PASSWORD}!`, 'not the same'],
    ['x'.repeat(201), 'x'.repeat(201), 'characters'],
  ])('refuses the passwords %s and %s', async (password, again, complaint) => {
    const { setupUrl } = await consoleSetup({ dataDir, publicUrl: 'http://127.0.0.1:8090' })
    const token = new URL(setupUrl ?? '').searchParams.get('token') ?? ''
    const answer = await post(open().app, '/console/set-up', { token, password, again })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(complaint)
  })

  it('shows nothing without a session but the way to sign in', async () => {
    const { app } = await setUp()
    for (const path of ['/console/', '/console/accounts/a_1', '/console/anything']) {
      const answer = await app.request(path)
      const to = path === '/console/' ? '' : `?to=${encodeURIComponent(path)}`
      expect([answer.status, answer.headers.get('location')], path).toEqual([303, `/console/sign-in${to}`])
    }
    expect((await app.request('/console/', { headers: { cookie: 'waymark_session=planted' } })).status).toBe(303)
  })

  it('leads on to the page that was asked for, and to no other site', async () => {
    const { app } = await setUp()
    const wanted = '/console/accounts/a_1?before=x'
    const form = await (await app.request(`/console/sign-in?to=${encodeURIComponent(wanted)}`)).text()
    expect(form).toContain(`name="to" value="${wanted}"`)
    const place = async (to: string) => (await post(app, '/console/sign-in', { password: PASSWORD, to })).headers.get('location')
    expect(await place(wanted)).toBe(wanted)
    for (const planted of [
      'https://evil.example/console/',
      '//evil.example/console/',
      '/console/../../evil',
      '/\\evil.example',
      'javascript:alert(1)',
    ])
      expect(await place(planted), planted).toBe('/console/')
  })

  it('never adopts a planted session id, and gives a new one at each sign-in', async () => {
    const { app, cookie } = await setUp()
    const planted = 'waymark_session=planted'
    const first = await post(app, '/console/sign-in', { password: PASSWORD }, { cookie: planted })
    expect(first.status).toBe(303)
    expect(cookieOf(first)).not.toBe(planted)
    expect((await app.request('/console/', { headers: { cookie: planted } })).status).toBe(303)
    const second = await post(app, '/console/sign-in', { password: PASSWORD }, { cookie })
    expect(cookieOf(second)).not.toBe(cookie)
    // The session that the browser had before ends with the new one.
    expect((await app.request('/console/', { headers: { cookie } })).status).toBe(303)
    expect((await app.request('/console/', { headers: { cookie: cookieOf(second) } })).status).toBe(200)
  })

  it('ends a session by signing out, and after twelve hours', async () => {
    const { app, cookie } = await setUp()
    expect((await post(app, '/console/sign-out', {}, { cookie })).status).toBe(303)
    expect((await app.request('/console/', { headers: { cookie } })).status).toBe(303)
    const next = cookieOf(await post(app, '/console/sign-in', { password: PASSWORD }))
    clock += SESSION_MS - 1
    expect((await app.request('/console/', { headers: { cookie: next } })).status).toBe(200)
    clock += 1
    expect((await app.request('/console/', { headers: { cookie: next } })).status).toBe(303)
  })

  it('keeps who is signed in over a restart, and who signed out signed out', async () => {
    const { app, cookie } = await setUp()
    const left = cookieOf(await post(app, '/console/sign-in', { password: PASSWORD }))
    await post(app, '/console/sign-out', {}, { cookie: left })
    const again = open().app
    expect((await again.request('/console/', { headers: { cookie } })).status).toBe(200)
    expect((await again.request('/console/', { headers: { cookie: left } })).status).toBe(303)
    // The way back in for who forgot the password leaves nobody signed in by the old one.
    await rm(join(dataDir, 'console.json'))
    expect((await again.request('/console/', { headers: { cookie } })).status).toBe(303)
  })

  it('lets ten tries in a quarter of an hour, from each address', async () => {
    const { app } = await setUp()
    const statuses: number[] = []
    for (let i = 0; i < 11; i += 1) statuses.push((await post(app, '/console/sign-in', { password: 'wrong' })).status)
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 403), 429])
    const held = await post(app, '/console/sign-in', { password: PASSWORD })
    expect([held.status, held.headers.get('retry-after')]).toEqual([429, '900'])
    address = '192.0.2.2'
    expect((await post(app, '/console/sign-in', { password: PASSWORD })).status).toBe(303)
    address = '192.0.2.1'
    clock += TRY_WINDOW_MS
    expect((await post(app, '/console/sign-in', { password: PASSWORD })).status).toBe(303)
  })

  it('counts tries side by side, so that a burst gets no more than ten', async () => {
    const { app } = await setUp()
    const answers = await Promise.all(Array.from({ length: 25 }, () => post(app, '/console/sign-in', { password: 'wrong' })))
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15)
  })

  it.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a sibling host', { origin: 'http://127.0.0.1:8090', 'sec-fetch-site': 'same-site' }],
    ['another site that hides its origin', { origin: 'http://127.0.0.1:8090', 'sec-fetch-site': 'cross-site' }],
    ['another port', { origin: 'http://127.0.0.1:8091' }],
  ])('refuses a form that %s sends', async (_who, headers) => {
    const { app, cookie } = await setUp()
    for (const path of ['/console/sign-in', '/console/sign-out', '/console/set-up']) {
      expect((await post(app, path, { password: PASSWORD }, { cookie, ...headers })).status, path).toBe(403)
    }
    expect((await app.request('/console/', { headers: { cookie } })).status).toBe(200)
  })

  it('refuses a form that names no origin at all', async () => {
    const { app, cookie } = await setUp()
    const answer = await app.request('http://127.0.0.1:8090/console/sign-out', { method: 'POST', headers: { cookie } })
    expect(answer.status).toBe(403)
  })

  it('sets the cookie out of reach of scripts and other sites; bound to host and TLS where there is TLS', async () => {
    const plain = (await setUp()).answer.headers.get('set-cookie') ?? ''
    expect(plain).toMatch(/^waymark_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/)
    await rm(join(dataDir, 'console.json'))
    const secure = (await setUp('https://waymark.example')).answer.headers.get('set-cookie') ?? ''
    expect(secure).toMatch(/^__Host-waymark_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  })

  it('behind a trusted proxy binds the cookie to the TLS that the browser sees, takes forms of its origin and counts its clients', async () => {
    const { app } = open(undefined, true)
    const { setupUrl } = await consoleSetup({ dataDir, publicUrl: 'http://127.0.0.1:8090' })
    const token = new URL(setupUrl ?? '').searchParams.get('token') ?? ''
    const proxy = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'w.acme.com', 'x-forwarded-for': '6.6.6.6, 192.0.2.7' }
    const form = { token, password: PASSWORD, again: PASSWORD }
    // The page's own origin is the proxy's, with its protocol.
    for (const origin of ['http://w.acme.com', 'https://127.0.0.1:8090', 'https://evil.example'])
      expect((await post(app, '/console/set-up', form, { ...proxy, origin })).status, origin).toBe(403)
    const answer = await post(app, '/console/set-up', form, { ...proxy, origin: 'https://w.acme.com' })
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([
      303,
      expect.stringMatching(/^__Host-waymark_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ])
    expect((await app.request('/console/', { headers: { ...proxy, cookie: cookieOf(answer) } })).status).toBe(200)
    const wrong = (client: string) =>
      post(app, '/console/sign-in', { password: 'wrong' }, { ...proxy, 'x-forwarded-for': client, origin: 'https://w.acme.com' })
    for (let i = 0; i < 10; i += 1) await wrong(`6.6.6.${i}, 192.0.2.7`)
    expect((await wrong('6.6.6.99, 192.0.2.7')).status).toBe(429)
    expect((await wrong('192.0.2.8')).status).toBe(403)
  })

  it('believes nothing that a stranger forwards where no proxy is trusted', async () => {
    const { app } = await setUp()
    const forged = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example', 'x-forwarded-for': '6.6.6.6' }
    expect((await post(app, '/console/sign-in', { password: PASSWORD }, { ...forged, origin: 'https://evil.example' })).status).toBe(403)
    const signedIn = await post(app, '/console/sign-in', { password: PASSWORD }, forged)
    expect(signedIn.headers.get('set-cookie')).toMatch(/^waymark_session=[^;]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/)
    for (let i = 0; i < 10; i += 1) await post(app, '/console/sign-in', { password: 'wrong' }, { 'x-forwarded-for': `6.6.6.${i}` })
    expect((await post(app, '/console/sign-in', { password: PASSWORD }, { 'x-forwarded-for': '6.6.6.99' })).status).toBe(429)
  })

  it('protects every answer, also refusals and missing pages', async () => {
    const { app, cookie } = await setUp()
    const answers = [
      await app.request('/console/', { headers: { cookie } }),
      await app.request('/console/sign-in'),
      await app.request('/console/style.css'),
      await app.request('/console/missing', { headers: { cookie } }),
      await app.request('/console/?limit=0', { headers: { cookie } }),
      await post(app, '/console/sign-in', {}, { origin: 'https://evil.example' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404, 400, 403])
    for (const { headers } of answers) {
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      )
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
    }
    expect(answers[0]?.headers.get('cache-control')).toBe('no-store')
  })

  it('says what to do next when there is nothing to show', async () => {
    const { app, cookie } = await setUp()
    const body = await (await app.request('/console/', { headers: { cookie } })).text()
    expect(body).toContain('No accounts yet')
    expect(body).toContain('waymark import')
    expect(body).toContain('waymark run')
    const filtered = await (await app.request('/console/?q=nobody', { headers: { cookie } })).text()
    expect(filtered).toContain('No account matches')
  })

  it('refuses a body larger than any form', async () => {
    const { app } = await setUp()
    expect((await post(app, '/console/sign-in', { password: 'x'.repeat(20_000) })).status).toBe(413)
  })
})
