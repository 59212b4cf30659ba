import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { afterAll, expect, test, vi } from 'vitest'
import { testEngine } from './engine.ts'
import { freePort, KEYS, type RunningGateway, read, send, startGateway, temporaryDataDir } from './gateway.ts'
import { type TcpProxy, tcpProxy } from './tcpProxy.ts'

/** A gateway that starts before its ClickHouse server can be reached, reaches it, and loses it again. */
const engine = testEngine()
const until = { timeout: 20_000, interval: 100 }
const running: { gateway?: RunningGateway; proxy?: TcpProxy }[] = []
const folders: { remove(): void }[] = []

afterAll(async () => {
  for (const { gateway, proxy } of running) {
    await gateway?.stop()
    await proxy?.cut()
  }
  for (const folder of folders) folder.remove()
})

async function gatewayBehindProxy(password = engine.writer.password): Promise<{ gateway: RunningGateway; proxy: TcpProxy }> {
  const data = temporaryDataDir()
  folders.push(data)
  const proxy = tcpProxy(await freePort(), new URL(engine.url))
  const url = `http://${engine.writer.username}:${password}@127.0.0.1:${proxy.port}/waymark_late_${randomBytes(4).toString('hex')}`
  const gateway = await startGateway({ dataDir: data.path, env: { CLICKHOUSE_URL: url } })
  const both = { gateway, proxy }
  running.push(both)
  return both
}

async function answer(
  gateway: RunningGateway,
  path: string,
): Promise<{ status: number; code?: string; message?: string; retry: string | null }> {
  const response = await fetch(gateway.url + path, { headers: { authorization: `Bearer ${KEYS.secret}` } })
  const { error } = (await response.json()) as { error?: { code: string; message: string } }
  return { status: response.status, ...error, retry: response.headers.get('retry-after') }
}

const sendOne = (gateway: RunningGateway, messageId: string) =>
  send(gateway, [{ type: 'track', event: 'Sent Early', userId: 'u-1', messageId }])

test('events are taken from the first moment, readers are told why they must wait, and nothing is lost on the way there and back', async () => {
  const { gateway, proxy } = await gatewayBehindProxy()
  expect(await sendOne(gateway, 'before-1')).toMatchObject({ status: 200, body: { accepted: 1 } })
  expect(await answer(gateway, '/readyz')).toMatchObject({
    status: 503,
    code: 'not_ready',
    message: expect.stringContaining('ECONNREFUSED'),
  })
  for (const path of ['/v1/accounts', '/v1/stats', '/v1/rejected']) {
    expect(await answer(gateway, path), path).toMatchObject({ status: 503, code: 'not_ready', retry: '5' })
  }
  const jobs = await fetch(`${gateway.url}/v1/jobs/run`, { method: 'POST', headers: { authorization: `Bearer ${KEYS.secret}` } })
  expect(jobs.status).toBe(503)
  expect(gateway.output()).toContain('NOT READY')

  await proxy.open()
  await vi.waitFor(async () => expect(await answer(gateway, '/readyz')).toMatchObject({ status: 200 }), until)
  await vi.waitFor(async () => expect(await read(gateway, '/v1/stats')).toMatchObject({ received: 1, stored: 1, pending: 0 }), until)

  await proxy.cut()
  expect((await sendOne(gateway, 'away-1')).status).toBe(200)
  await vi.waitFor(async () => expect(await answer(gateway, '/readyz?for=read')).toMatchObject({ status: 503, code: 'not_ready' }), until)
  // Events are taken: no proxy should send them elsewhere.
  expect((await answer(gateway, '/readyz')).status).toBe(200)
  expect((await sendOne(gateway, 'away-2')).status).toBe(200)
  expect(await answer(gateway, '/v1/stats')).toMatchObject({ status: 503, code: 'not_ready' })

  await proxy.open()
  await vi.waitFor(async () => expect(await read(gateway, '/v1/stats')).toMatchObject({ received: 3, stored: 3, deduplicated: 0 }), until)
  await vi.waitFor(async () => expect(await answer(gateway, '/readyz?for=read')).toMatchObject({ status: 200 }), until)
}, 60_000)

test('a wrong password is told in the log and by /readyz, and is never shown', async () => {
  const { gateway, proxy } = await gatewayBehindProxy('hunter2')
  await proxy.open()
  await vi.waitFor(
    async () =>
      expect(await answer(gateway, '/readyz')).toMatchObject({
        status: 503,
        message: expect.stringMatching(/516 AUTHENTICATION_FAILED.*CLICKHOUSE_URL/),
      }),
    until,
  )
  expect((await sendOne(gateway, 'kept')).status).toBe(200)
  expect(gateway.output()).toMatch(/"level":"error".*cannot be used.*Authentication failed/)
  expect(gateway.output()).not.toContain('hunter2')
}, 60_000)

test('a gateway that never reached its warehouse stops in time and keeps what it took for the next start', async () => {
  const { gateway, proxy } = await gatewayBehindProxy()
  expect((await sendOne(gateway, 'kept-1')).status).toBe(200)
  const began = performance.now()
  expect(await gateway.stop()).toBe(0)
  expect(performance.now() - began).toBeLessThan(10_000)
  await proxy.open()
  const url = `http://${engine.writer.username}:${engine.writer.password}@127.0.0.1:${proxy.port}/waymark_late_${randomBytes(4).toString('hex')}`
  const next = await startGateway({ dataDir: gateway.dataDir, env: { CLICKHOUSE_URL: url } })
  running.push({ gateway: next })
  await vi.waitFor(async () => expect(await read(next, '/v1/stats')).toMatchObject({ received: 1, stored: 1 }), until)
}, 60_000)

test('a gateway whose warehouse takes connections and never answers stops in time too', async () => {
  const data = temporaryDataDir()
  folders.push(data)
  const port = await freePort()
  const silent = createServer(socket => socket.on('error', () => undefined)).listen(port, '127.0.0.1')
  const gateway = await startGateway({ dataDir: data.path, env: { CLICKHOUSE_URL: `http://user:password@127.0.0.1:${port}/waymark` } })
  running.push({ gateway })
  const began = performance.now()
  expect(await gateway.stop()).toBe(0)
  expect(performance.now() - began).toBeLessThan(10_000)
  silent.close()
}, 60_000)
