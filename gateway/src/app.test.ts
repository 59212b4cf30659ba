import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { expect, test } from 'vitest'
import { createApp } from './app.ts'
import { TooBusy } from './db/turns.ts'
import { createLog } from './log.ts'
import { READY, WORKING } from './readiness.fixture.ts'
import { type Readiness, readinessOf } from './readiness.ts'

function appWith(routes: Hono, readiness: Readiness = READY) {
  const lines: string[] = []
  const app = createApp({
    routes: [routes],
    log: createLog({ level: 'info', write: line => lines.push(line), now: () => 0 }),
    notReady: () => readiness.read.reason,
    readiness: () => readiness,
  })
  return { app, lines }
}

test('it lives, is ready, and names what is not there', async () => {
  const { app } = appWith(new Hono())
  expect((await app.request('/')).headers.get('location')).toBe('/console/')
  expect((await app.request('/healthz')).status).toBe(200)
  expect((await app.request('/readyz')).status).toBe(200)
  const missing = await app.request('/v2/nothing')
  expect([missing.status, await missing.json()]).toEqual([404, { error: { code: 'not_found', message: 'there is no GET /v2/nothing' } }])
})

test('a page can read that there is no such address to send to', async () => {
  const { app } = appWith(new Hono())
  const asked = async (path: string, method: string) => {
    const { status, headers } = await app.request(path, { method, headers: { origin: 'https://www.acme.com' } })
    return [status, headers.get('access-control-allow-origin')]
  }
  expect(await asked('/v1/tracks', 'POST')).toEqual([404, 'https://www.acme.com'])
  // Nothing that a page may not send anyway is allowed by the way.
  expect(await asked('/v1/tracks', 'OPTIONS')).toEqual([404, null])
  expect(await asked('/elsewhere', 'POST')).toEqual([404, null])
})

test('what is missing makes it not ready', async () => {
  const { app } = appWith(new Hono(), readinessOf({ ...WORKING, wasReached: false, missing: 'the engine is starting' }))
  const answer = await app.request('/readyz')
  expect([answer.status, await answer.json()]).toMatchObject([
    503,
    {
      error: { code: 'not_ready', message: 'the engine is starting' },
      status: 'starting',
      ingest: { ready: true },
      read: { ready: false },
    },
  ])
})

test('who asks for one use is told of that use', async () => {
  const { app } = appWith(new Hono(), readinessOf({ ...WORKING, missing: 'the engine is down' }))
  const asked = async (path: string) => (await app.request(path)).status
  expect([await asked('/readyz'), await asked('/readyz?for=ingest'), await asked('/readyz?for=read'), await asked('/healthz')]).toEqual([
    200, 200, 503, 200,
  ])
})

test('a bad request is answered with its code and message and logged nowhere', async () => {
  const routes = new Hono().get('/x', () => {
    throw new HTTPException(400, { message: 'limit must be a number', cause: { code: 'bad_limit' } })
  })
  const { app, lines } = appWith(routes)
  const answer = await app.request('/x')
  expect([answer.status, await answer.json()]).toEqual([400, { error: { code: 'bad_limit', message: 'limit must be a number' } }])
  expect(lines).toEqual([])
})

test('a read that did not get its turn is told to come again, and the log that there are too many', async () => {
  const routes = new Hono().get('/x', () => {
    throw new TooBusy('ask again in a moment')
  })
  const { app, lines } = appWith(routes)
  const answer = await app.request('/x')
  expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
    503,
    '5',
    { error: { code: 'busy', message: 'ask again in a moment' } },
  ])
  expect(lines.join()).toMatch(/turned away/)
})

test('a failure is answered without its reason, and logged with it, but not with the address in the path', async () => {
  const routes = new Hono().get('/v1/profiles/:type/:value', () => {
    throw new Error('engine away', { cause: new Error('ECONNREFUSED') })
  })
  const { app, lines } = appWith(routes)
  const answer = await app.request('/v1/profiles/email/ana@acme.com')
  expect(answer.status).toBe(500)
  expect(await answer.text()).not.toContain('engine away')
  expect(lines.join()).toContain('engine away: ECONNREFUSED')
  expect(lines.join()).toContain('/v1/profiles/:type/:value')
  expect(lines.join()).not.toContain('ana@')
})
