import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testEngine } from './engine.ts'
import { gatewayEnvironment, type RunningGateway, read, runJobs, send, startGateway, temporaryDataDir } from './gateway.ts'
import { waymark } from './waymark.ts'

/** A ClickHouse server that is not the gateway's own: only the URL says so. */
const data = temporaryDataDir()
const engine = testEngine()
const url = new URL(engine.url)
url.username = engine.writer.username
url.password = engine.writer.password
url.pathname = `/waymark_server_${randomBytes(4).toString('hex')}`
let gateway: RunningGateway

beforeAll(async () => {
  gateway = await startGateway({ dataDir: data.path, env: { CLICKHOUSE_URL: url.href } })
})
afterAll(async () => {
  await gateway.stop()
  data.remove()
})

test('CLICKHOUSE_URL switches to a server with nothing else changed', async () => {
  await send(gateway, [
    { type: 'identify', userId: 'u-1', traits: { email: 'ana@server-company.com' } },
    { type: 'track', userId: 'u-1', event: 'Quote Requested' },
  ])
  await runJobs(gateway)
  expect(await read(gateway, '/v1/accounts/server-company.com')).toMatchObject({
    domain: 'server-company.com',
    journey: { stage: 'evaluate' },
  })
  expect(await read(gateway, '/v1/stats')).toMatchObject({ received: 2, stored: 2, pending: 0 })
  expect(existsSync(join(data.path, 'engine.json'))).toBe(false)
})

test('the command line reads the same server', async () => {
  const told = await waymark(['explain', 'server-company.com'], gatewayEnvironment(data.path, { CLICKHOUSE_URL: url.href }))
  expect(told.output).toMatch(/requested a quote/)
  expect(told.code).toBe(0)
})

test('a server that cannot be reached is a clear error of a command, without its password', async () => {
  const failed = await waymark(
    ['migrate'],
    gatewayEnvironment(data.path, { CLICKHOUSE_URL: 'http://waymark:hunter2@127.0.0.1:1/waymark', PORT: '0' }),
  )
  expect(failed.code).toBe(1)
  expect(failed.output).toMatch(/127\.0\.0\.1:1/)
  expect(failed.output).not.toContain('hunter2')
})
