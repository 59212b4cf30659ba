import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { createApp } from '../app.ts'
import { TooBusy } from '../db/turns.ts'
import { READY } from '../readiness.fixture.ts'
import { createConsole } from './routes.ts'
import { consoleSetup } from './signIn/signInRoutes.ts'

it('tells a person in a page what it could not answer, and the log why', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'waymark-console-'))
  const pages = new Hono()
  pages.get('/console/busy', () => {
    throw new TooBusy('12 reads run already: ask again in a moment')
  })
  pages.get('/console/broken', () => {
    throw new Error('a secret of the engine')
  })
  const address = { origin: () => 'http://x', proxied: () => null, isOwn: () => true, client: () => '192.0.2.1' }
  const logged: string[] = []
  const note = (message: string) => void logged.push(message)
  const app = createApp({
    routes: [createConsole({ pages: [pages], now: () => 0, dataDir, address, passwordCost: 2 ** 10 })],
    log: { debug: note, info: note, warn: note, error: note },
    notReady: () => null,
    readiness: () => READY,
  })
  const { setupUrl } = await consoleSetup({ dataDir, publicUrl: 'http://x' })
  const token = new URL(setupUrl ?? '').searchParams.get('token') ?? ''
  const password = 'correct horse battery'
  const body = new URLSearchParams({ token, password, again: password })
  const signedIn = await app.request('http://x/console/set-up', { method: 'POST', body, headers: { origin: 'http://x' } })
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''

  const busy = await app.request('http://x/console/busy', { headers: { cookie } })
  expect([busy.status, busy.headers.get('content-type'), busy.headers.get('retry-after')]).toEqual([503, 'text/html; charset=UTF-8', '5'])
  expect(busy.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await busy.text()).toContain('<p>12 reads run already: ask again in a moment</p>')

  const broken = await app.request('http://x/console/broken', { headers: { cookie } })
  const text = await broken.text()
  expect(broken.status).toBe(500)
  expect(text).toContain('<h1>This page could not be made</h1>')
  expect(text).not.toContain('a secret of the engine')
  expect(logged).toEqual(['a read was turned away: too many at a time', 'a request failed'])
  await rm(dataDir, { recursive: true })
})
