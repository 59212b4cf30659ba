import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import { expectPace } from '../ingest/enrich/pace.fixture.ts'
import { createBelowPath } from './belowPath.ts'
import { foldSlashes, foldSlashesOf } from './foldSlashes.ts'

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach(close => void close()))

describe('slashes of a host or a path that was written with one too many', () => {
  it.each([
    ['//v1/batch', '/v1/batch'],
    ['///v1//t', '/v1/t'],
    ['/v1/batch/', '/v1/batch'],
    ['/v1/batch//?writeKey=a//b/', '/v1/batch?writeKey=a//b/'],
    ['//beacon/v1/batch/?writeKey=x', '/beacon/v1/batch?writeKey=x'],
    ['//news/hello//v1/t/', '/news/hello/v1/t'],
    ['//analytics.js/v1/wk/analytics.min.js', '/analytics.js/v1/wk/analytics.min.js'],
  ])('%s is %s', (given, meant) => {
    expect(foldSlashes(given)).toBe(meant)
  })

  it.each([
    '/v1/batch',
    '/',
    '//',
    '/console/',
    '//console/',
    '/demo/',
    '/sourceConfig/?p=npm',
    '/v1/t?u=https://a.test//v1//b/',
    '/x?y=//v1/batch/',
    '/v1/profiles/url/https%3A%2F%2Fa.test%2F',
    '/v1/accounts/a//b',
    '/v1',
    '*',
  ])('%s stays what it is', address => {
    expect(foldSlashes(address)).toBe(address)
  })

  it('take time in step with their number', () => {
    for (const start of ['/v1/', '/'])
      for (const hostile of ['/', '/v1/', '//v1//', '/v1/a//', '//v2'])
        expectPace(foldSlashes, start + hostile.repeat(4_000), start + hostile.repeat(16_000), 9)
  })
})

it('a server folds them before anybody looks at the address, INGEST_PATH too', async () => {
  const below = createBelowPath('/news/hello')
  const app = new Hono().all('*', c => c.json({ path: c.req.path, below: below.of(c), q: c.req.query('q') ?? null }))
  const server = createAdaptorServer({ fetch: app.fetch })
  server.prependListener('request', below.enter)
  server.prependListener('request', foldSlashesOf)
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  closing.push(() => server.close())
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)).json()

  expect(await ask('//v1/batch/?q=1')).toEqual({ path: '/v1/batch', below: '', q: '1' })
  expect(await ask('/news/hello//v1/t/')).toEqual({ path: '/v1/t', below: '/news/hello', q: null })
})
