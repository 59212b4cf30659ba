/** The Node SDK as it is shipped, in a small back end, against the real gateway. */
import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { bundle } from '../sdk-node/build.ts'
import type { FlushResult } from '../sdk-node/src/api.ts'
import { freePort, KEYS, type RunningGateway, read, runJobs, startGateway, temporaryDataDir } from './gateway.ts'

interface Process {
  readonly child: ChildProcess
  readonly stderr: () => string
  /** The next line that it prints, as JSON. */
  line<T>(): Promise<T>
  /** Its exit code, once it has ended by itself. */
  readonly ended: Promise<number | null>
}

const data = temporaryDataDir()
const sdk = join(data.path, 'waymark.mjs')
let gateway: RunningGateway
let port: number

beforeAll(async () => {
  writeFileSync(sdk, await bundle())
  port = await freePort()
  gateway = await startGateway({ dataDir: data.path, port })
})
afterAll(async () => {
  await gateway.stop()
  data.remove()
})

function run(...args: string[]): Process {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const errors: string[] = []
  const lines: string[] = []
  let rest = ''
  let wake: () => void = () => undefined
  child.stderr?.on('data', data => errors.push(String(data)))
  child.stdout?.on('data', data => {
    const parts = (rest + data).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    wake()
  })
  return {
    child,
    stderr: () => errors.join(''),
    ended: new Promise(done => child.once('exit', done)),
    async line<T>() {
      while (lines.length === 0) {
        await new Promise<void>(done => {
          wake = done
        })
      }
      return JSON.parse(lines.shift() ?? '') as T
    },
  }
}

async function startApp(host: string, closeMs: number) {
  const app = run(join(import.meta.dirname, 'nodeApp.ts'), sdk, host, KEYS.server, String(closeMs))
  const { port } = await app.line<{ port: number }>()
  const order = (user: string) => fetch(`http://127.0.0.1:${port}/order?user=${user}`).then(({ status }) => expect(status).toBe(204))
  return {
    ...app,
    order,
    orders: (prefix: string, count: number) => Promise.all(Array.from({ length: count }, (_, i) => order(prefix + i))),
  }
}

const script = (text: string) => run('--expose-gc', '--input-type=module', '-e', `import { Waymark } from '${sdk}'\n${text}`)
interface Stats {
  readonly received: number
  readonly stored: number
  readonly deduplicated: number
  readonly rejected: number
  readonly pending: number
}

/** Once everything received is loaded. */
const stats = () =>
  vi.waitFor(
    async () => {
      const stats = await read<Stats>(gateway, '/v1/stats')
      expect(stats.pending).toBe(0)
      return stats
    },
    { timeout: 20_000, interval: 50 },
  )

test('everything arrives once, what is rejected is told by its id, and the process ends by itself', async () => {
  const app = await startApp(gateway.url, 10_000)
  await app.orders('ana', 100)
  await app.order('bad')
  app.child.kill('SIGTERM')
  expect(await app.line()).toEqual({ error: 'too_long', messageIds: ['bad-event'] })
  expect(await app.line()).toMatchObject({
    delivered: 303,
    failed: 1,
    pending: 0,
    dropped: 0,
    undelivered: [{ code: 'too_long', events: 1 }],
  })
  expect(await app.ended).toBe(0)
  expect(app.stderr()).toBe('')

  expect(await stats()).toMatchObject({ received: 304, stored: 303, deduplicated: 0, rejected: 1 })
  await runJobs(gateway)
  const account = await read<{ domain: string; intent: { score: number } }>(gateway, '/v1/accounts/node-company')
  expect(account.domain).toBe('node-company.com')
  expect(account.intent.score).toBeGreaterThan(50)
})

test('events of an outage arrive once the gateway is back, each once', async () => {
  const before = await stats()
  const app = await startApp(gateway.url, 30_000)
  await app.orders('bo', 20)
  await gateway.stop()
  await app.orders('cy', 20)
  gateway = await startGateway({ dataDir: data.path, port })
  await app.orders('di', 20)
  app.child.kill('SIGTERM')
  expect(await app.line()).toMatchObject({ delivered: 180, failed: 0, pending: 0, dropped: 0 })
  expect(await app.ended).toBe(0)
  expect((await stats()).stored - before.stored).toBe(180)
})

test('close under an outage says what was not delivered and why, and the process ends by itself', async () => {
  const app = await startApp(`http://127.0.0.1:${await freePort()}`, 700)
  await app.orders('eve', 5)
  app.child.kill('SIGTERM')
  const told = await app.line<{ error: string; messageIds: string[] }>()
  expect(told.error).toBe('closed')
  const more: string[] = [...told.messageIds]
  let last = await app.line<FlushResult | typeof told>()
  for (; 'error' in last; last = await app.line<FlushResult | typeof told>()) more.push(...last.messageIds)
  expect(more).toHaveLength(15)
  expect(last).toMatchObject({ delivered: 0, failed: 15, pending: 0, dropped: 0, undelivered: [{ code: 'closed', events: 15 }] })
  expect(last.undelivered[0]?.message).toContain('ECONNREFUSED')
  expect(await app.ended).toBe(0)
  expect(app.stderr()).toBe('')
})

test('a script that just ends has its events delivered; without a gateway it ends as well, with a warning', async () => {
  const before = await stats()
  const track = (host: string) =>
    `new Waymark({ writeKey: '${KEYS.server}', host: '${host}', flushInterval: 60_000 }).track({ userId: 'u', event: 'Script Ran' })`
  const delivered = script(track(gateway.url))
  const lost = script(track(`http://127.0.0.1:${await freePort()}`))
  expect(await delivered.ended).toBe(0)
  expect(delivered.stderr()).toBe('')
  expect(await lost.ended).toBe(0)
  expect(lost.stderr()).toContain('closed: The process ends')
  expect((await stats()).stored - before.stored).toBe(1)
})

test('an idle client and its connections keep no process alive', async () => {
  const started = Date.now()
  const idle = script(
    `const waymark = new Waymark({ writeKey: '${KEYS.server}', host: '${gateway.url}' })
     waymark.track({ userId: 'u', event: 'Script Ran' })
     console.log(JSON.stringify(await waymark.flush()))`,
  )
  expect(await idle.line()).toMatchObject({ delivered: 1, pending: 0 })
  expect(await idle.ended).toBe(0)
  expect(Date.now() - started).toBeLessThan(5_000)
})

test('an outage of any length costs no more memory than the queue may hold', async () => {
  const outage = script(
    `const memory = () => { gc(); const { heapUsed, arrayBuffers } = process.memoryUsage(); return heapUsed + arrayBuffers }
     const waymark = new Waymark({ writeKey: 'wk', host: 'http://127.0.0.1:${await freePort()}' })
     waymark.on('error', () => {})
     const before = memory()
     for (let i = 0; i < 250_000; i++) {
       waymark.track({ userId: 'u' + i, event: 'Tested', properties: { text: 'x'.repeat(100) } })
       if (i % 1_000 === 0) await new Promise(setImmediate)
     }
     const megabytes = (memory() - before) / 2 ** 20
     console.log(JSON.stringify({ ...await waymark.close({ timeoutMs: 0 }), megabytes }))`,
  )
  const { failed, dropped, megabytes } = await outage.line<FlushResult & { megabytes: number }>()
  expect([failed, dropped]).toEqual([100_000, 150_000])
  expect(megabytes).toBeLessThan(48)
  expect(await outage.ended).toBe(0)
})
