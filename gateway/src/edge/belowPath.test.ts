import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { afterEach, expect, it } from 'vitest'
import { createBelowPath } from './belowPath.ts'

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach(close => void close()))

it('a request below INGEST_PATH is answered as the one it stands for, and is known by the path; no other is', async () => {
  const below = createBelowPath('/news/hello')
  const app = new Hono().all('*', c => c.json({ path: c.req.path, below: below.of(c) }))
  const server = createAdaptorServer({ fetch: app.fetch })
  server.prependListener('request', below.enter)
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  closing.push(() => server.close())
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)).json()

  expect(await ask('/news/hello/v1/t')).toEqual({ path: '/v1/t', below: '/news/hello' })
  expect(await ask('/news/hello')).toEqual({ path: '/v1/batch', below: '/news/hello' })
  expect(await ask('/v1/t')).toEqual({ path: '/v1/t', below: '' })
  expect(await ask('/news/hellos')).toEqual({ path: '/news/hellos', below: '' })
  // Without a server in front, as in tests and tools.
  expect(await (await app.request('/v1/t')).json()).toEqual({ path: '/v1/t', below: '' })
})
