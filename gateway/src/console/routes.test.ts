import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CONSOLE_URL } from './pages.fixture.ts'
import { consoleDoor, cookieOf, PASSWORD, post } from './signIn/door.fixture.ts'

const door = consoleDoor()

describe('the console', () => {
  it.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a sibling host', { origin: CONSOLE_URL, 'sec-fetch-site': 'same-site' }],
    ['another site that hides its origin', { origin: CONSOLE_URL, 'sec-fetch-site': 'cross-site' }],
    ['another port', { origin: 'http://127.0.0.1:8091' }],
  ])('refuses a form that %s sends', async (_who, headers) => {
    const { app, cookie } = await door.setUp()
    for (const path of ['/console/sign-in', '/console/sign-out', '/console/set-up']) {
      expect((await post(app, path, { password: PASSWORD }, { cookie, ...headers })).status, path).toBe(403)
    }
    expect((await app.request('/console/', { headers: { cookie } })).status).toBe(200)
  })

  it('refuses a form that names no origin at all', async () => {
    const { app, cookie } = await door.setUp()
    const answer = await app.request('http://127.0.0.1:8090/console/sign-out', { method: 'POST', headers: { cookie } })
    expect(answer.status).toBe(403)
  })

  it('sets the cookie out of reach of scripts and other sites; bound to host and TLS where there is TLS', async () => {
    const plain = (await door.setUp()).answer.headers.get('set-cookie') ?? ''
    expect(plain).toMatch(/^waymark_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/)
    await rm(join(door.dataDir, 'console.json'))
    const secure = (await door.setUp('https://waymark.example')).answer.headers.get('set-cookie') ?? ''
    expect(secure).toMatch(/^__Host-waymark_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  })

  it('behind a trusted proxy binds the cookie to the TLS that the browser sees, takes forms of its origin and counts its clients', async () => {
    const app = door.open({ trustProxy: true })
    const token = await door.setupToken()
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
    const { app } = await door.setUp()
    const forged = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example', 'x-forwarded-for': '6.6.6.6' }
    expect((await post(app, '/console/sign-in', { password: PASSWORD }, { ...forged, origin: 'https://evil.example' })).status).toBe(403)
    const signedIn = await post(app, '/console/sign-in', { password: PASSWORD }, forged)
    expect(signedIn.headers.get('set-cookie')).toMatch(/^waymark_session=[^;]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/)
    for (let i = 0; i < 10; i += 1) await post(app, '/console/sign-in', { password: 'wrong' }, { 'x-forwarded-for': `6.6.6.${i}` })
    expect((await post(app, '/console/sign-in', { password: PASSWORD }, { 'x-forwarded-for': '6.6.6.99' })).status).toBe(429)
  })

  it('protects every answer, also refusals and missing pages', async () => {
    const { app, cookie } = await door.setUp()
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
    const { app, cookie } = await door.setUp()
    const body = await (await app.request('/console/', { headers: { cookie } })).text()
    expect(body).toContain('No accounts yet')
    expect(body).toContain('waymark import')
    expect(body).toContain('waymark run')
    const filtered = await (await app.request('/console/?q=nobody', { headers: { cookie } })).text()
    expect(filtered).toContain('No account matches')
  })

  it('refuses a body larger than any form', async () => {
    const { app } = await door.setUp()
    expect((await post(app, '/console/sign-in', { password: 'x'.repeat(20_000) })).status).toBe(413)
  })
})
