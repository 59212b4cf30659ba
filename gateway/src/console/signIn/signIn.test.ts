import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderTurn } from '../../folderTurn.ts'
import { CONSOLE_URL } from '../pages.fixture.ts'
import { createCredentials } from './credentials.ts'
import { consoleDoor, cookieOf, PASSWORD, post } from './door.fixture.ts'
import { SESSION_MS } from './sessions.ts'
import { consoleSetup } from './signInRoutes.ts'
import { TRY_WINDOW_MS } from './throttle.ts'

const door = consoleDoor()

describe('the way into the console', () => {
  it('takes the set-up link once, and signs in whoever used it', async () => {
    const { app, token, answer, cookie } = await door.setUp()
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console/'])
    expect((await app.request('/console/', { headers: { cookie } })).status).toBe(200)
    const again = await post(app, '/console/set-up', { token, password: 'another password', again: 'another password' })
    expect(again.status).toBe(404)
    expect((await app.request(`/console/set-up?token=${token}`)).status).toBe(404)
    expect((await post(app, '/console/sign-in', { password: 'another password' })).status).toBe(403)
    expect((await consoleSetup({ dataDir: door.dataDir, publicUrl: CONSOLE_URL })).setupUrl).toBeNull()
  })

  it('of two that use the same link at the same time lets one win', async () => {
    const app = door.open()
    const token = await door.setupToken()
    const answers = await Promise.all([
      post(app, '/console/set-up', { token, password: PASSWORD, again: PASSWORD }),
      post(app, '/console/set-up', { token, password: 'x'.repeat(20), again: 'x'.repeat(20) }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 404])
  })

  it('loses no password that is set at one gateway while others start or take the same link', async () => {
    const gateway = () => createCredentials({ dataDir: door.dataDir, cost: 2 ** 10 })
    for (let round = 0; round < 8; round++) {
      const token = (await gateway().offerSetup('replaced')) ?? ''
      const [isSet, link, isSetToo] = await Promise.all([
        gateway().setUp(token, PASSWORD),
        gateway().offerSetup('replaced'),
        gateway().setUp(token, 'x'.repeat(20)),
      ])
      expect([isSet, isSetToo, link !== null].filter(Boolean), 'one of the three comes first').toHaveLength(1)
      expect([await gateway().isPassword(PASSWORD), await gateway().isPassword('x'.repeat(20))]).toEqual([isSet, isSetToo])
      await rm(join(door.dataDir, 'console.json'))
    }
  })

  it('holds up no start while another process is stuck with it, but sets no password beside that one', async () => {
    const gateway = createCredentials({ dataDir: door.dataDir, cost: 2 ** 10, patienceMs: 0 })
    const token = (await gateway.offerSetup('replaced')) ?? ''
    const end = await folderTurn(door.dataDir, 'console')
    expect(await gateway.offerSetup('replaced')).toBeNull()
    await expect(gateway.setUp(token, PASSWORD)).rejects.toThrow('another process has been changing')
    await end?.()
    expect(await gateway.setUp(token, PASSWORD)).toBe(true)
  })

  it('replaces an unused link at the next start', async () => {
    const app = door.open()
    const first = await consoleSetup({ dataDir: door.dataDir, publicUrl: CONSOLE_URL })
    const second = await consoleSetup({ dataDir: door.dataDir, publicUrl: CONSOLE_URL })
    expect((await app.request(first.setupUrl ?? '')).status).toBe(404)
    expect((await app.request(second.setupUrl ?? '')).status).toBe(200)
  })

  it('keeps an unused link beside another gateway, which printed it, and makes one where there is none', async () => {
    const beside = () => consoleSetup({ dataDir: door.dataDir, publicUrl: CONSOLE_URL, unused: 'kept' })
    const { setupUrl } = await beside()
    expect((await beside()).setupUrl).toBeNull()
    expect((await door.open().request(setupUrl ?? '')).status).toBe(200)
    // As who forgot the password does.
    await rm(join(door.dataDir, 'console.json'))
    expect((await beside()).setupUrl).not.toBeNull()
  })

  it('keeps neither password nor link in the file, which only the owner may read', async () => {
    const token = await door.setupToken()
    const file = join(door.dataDir, 'console.json')
    expect(await readFile(file, 'utf8')).not.toContain(token)
    await post(door.open(), '/console/set-up', { token, password: PASSWORD, again: PASSWORD })
    expect(await readFile(file, 'utf8')).not.toContain(PASSWORD)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['short', 'short', 'characters'],
    [PASSWORD, `${PASSWORD}!`, 'not the same'],
    ['x'.repeat(201), 'x'.repeat(201), 'characters'],
  ])('refuses the passwords %s and %s', async (password, again, complaint) => {
    const token = await door.setupToken()
    const answer = await post(door.open(), '/console/set-up', { token, password, again })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(complaint)
  })

  it('shows nothing without a session but the way to sign in', async () => {
    const { app } = await door.setUp()
    for (const path of ['/console/', '/console/accounts/a_1', '/console/anything']) {
      const answer = await app.request(path)
      const to = path === '/console/' ? '' : `?to=${encodeURIComponent(path)}`
      expect([answer.status, answer.headers.get('location')], path).toEqual([303, `/console/sign-in${to}`])
    }
    expect((await app.request('/console/', { headers: { cookie: 'waymark_session=planted' } })).status).toBe(303)
  })

  it('leads on to the page that was asked for, and to no other site', async () => {
    const { app } = await door.setUp()
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
    const { app, cookie } = await door.setUp()
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
    const { app, cookie } = await door.setUp()
    expect((await post(app, '/console/sign-out', {}, { cookie })).status).toBe(303)
    expect((await app.request('/console/', { headers: { cookie } })).status).toBe(303)
    const next = cookieOf(await post(app, '/console/sign-in', { password: PASSWORD }))
    door.clock += SESSION_MS - 1
    expect((await app.request('/console/', { headers: { cookie: next } })).status).toBe(200)
    door.clock += 1
    expect((await app.request('/console/', { headers: { cookie: next } })).status).toBe(303)
  })

  it('keeps who is signed in over a restart, and who signed out signed out', async () => {
    const { app, cookie } = await door.setUp()
    const left = cookieOf(await post(app, '/console/sign-in', { password: PASSWORD }))
    await post(app, '/console/sign-out', {}, { cookie: left })
    const again = door.open()
    expect((await again.request('/console/', { headers: { cookie } })).status).toBe(200)
    expect((await again.request('/console/', { headers: { cookie: left } })).status).toBe(303)
    // The way back in for who forgot the password leaves nobody signed in by the old one.
    await rm(join(door.dataDir, 'console.json'))
    expect((await again.request('/console/', { headers: { cookie } })).status).toBe(303)
  })

  it('lets ten tries in a quarter of an hour, from each address', async () => {
    const { app } = await door.setUp()
    const statuses: number[] = []
    for (let i = 0; i < 11; i += 1) statuses.push((await post(app, '/console/sign-in', { password: 'wrong' })).status)
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 403), 429])
    const held = await post(app, '/console/sign-in', { password: PASSWORD })
    expect([held.status, held.headers.get('retry-after')]).toEqual([429, '900'])
    door.address = '192.0.2.2'
    expect((await post(app, '/console/sign-in', { password: PASSWORD })).status).toBe(303)
    door.address = '192.0.2.1'
    door.clock += TRY_WINDOW_MS
    expect((await post(app, '/console/sign-in', { password: PASSWORD })).status).toBe(303)
  })

  it('counts tries side by side, so that a burst gets no more than ten', async () => {
    const { app } = await door.setUp()
    const answers = await Promise.all(Array.from({ length: 25 }, () => post(app, '/console/sign-in', { password: 'wrong' })))
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15)
  })
})
