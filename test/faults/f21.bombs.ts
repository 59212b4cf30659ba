import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { KEYS, temporaryDataDir } from '../gateway.ts'
import { type Bomb, makeBombs } from './bombs.ts'
import type { Fault } from './fault.ts'
import { startGateway } from './gatewayProcess.ts'
import { watchHealth } from './healthProbe.ts'
import { faultsOf, judge, unbalanced } from './judge.ts'
import { pause } from './launch.ts'
import { quantile, startLoad, tally } from './load.ts'
import { residentMb, untilDrained, watchPeak } from './watch.ts'

const AT_ONCE = { smoke: 4, middle: 8, long: 8 }
const IDLE = 2_000
const SLOW = 100
const WORST_HEALTH_MS = 1_000
/** More than ordinary traffic at full speed takes, and what the fattest ordinary traffic may take (L4). */
const MOST_GROWTH_MB = 150
const MOST_MB = 500
/** What compressed bombs come to. */
const MEBIBYTES = { smoke: 64, middle: 256, long: 512 }
const WARM_UP_MS = { smoke: 1_500, middle: 5_000, long: 10_000 }

export const bombs: Fault = {
  id: 'F21',
  title: 'bombs, deep JSON, endless numbers, slow clients and 2,000 idle connections beside 200 events/s',
  unit: 'rounds of every bomb',
  sizes: { smoke: 2, middle: 20, long: 200 },
  async run({ form, size, log }) {
    const folder = temporaryDataDir()
    const gateway = await startGateway({ dataDir: folder.path })
    const { port } = new URL(gateway.url)
    const sockets: Socket[] = []
    const broken: string[] = []
    const acknowledged = new Set<string>()
    const load = startLoad({ url: gateway.url, connections: 4, perRequest: 10, eventsPerSecond: 200 })
    try {
      const all = makeBombs(MEBIBYTES[form])
      // Memory that Node keeps after its first full load it keeps whatever the load was: that is not what bombs cost.
      const ordinary = startLoad({ url: gateway.url, connections: AT_ONCE[form], perRequest: 500, eventsPerSecond: null, isZipped: true })
      await pause(WARM_UP_MS[form])
      await ordinary.stop()
      for (const id of ordinary.acknowledged) acknowledged.add(id)
      const before = residentMb(gateway.pid)
      const peak = watchPeak(() => residentMb(gateway.pid), 50)
      const health = watchHealth(gateway.url)
      sockets.push(...(await crowd(Number(port), IDLE, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')))
      const head = `POST /v1/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${btoa(`${KEYS.server}:`)}\r\n`
      sockets.push(...(await crowd(Number(port), SLOW, head, 'X-Slow: 1\r\n')))
      sockets.push(...(await crowd(Number(port), SLOW, `${head}Content-Length: 1000000\r\n\r\n{"batch":[`, ' ')))
      for (let round = 0; round < size; round++) broken.push(...(await throwAll(gateway.url, all, AT_ONCE[form])))
      broken.push(...(await headers(gateway.url)))
      const most = peak.stop()
      const growth = most - before
      const answers = await health.stop()
      await load.stop()
      const worst = Math.max(...answers.map(({ ms }) => ms))
      const unwell = answers.filter(({ status }) => status !== 200).length
      log(`${size * all.length} bombs; health ${worst.toFixed(0)} ms at worst; ${growth.toFixed(0)} MB more`)
      if (unwell > 0) broken.push(`${unwell} of ${answers.length} health answers were not 200`)
      if (worst > WORST_HEALTH_MS) broken.push(`health took ${worst.toFixed(0)} ms`)
      if (growth > MOST_GROWTH_MB) broken.push(`memory grew by ${growth.toFixed(0)} MB, from ${before.toFixed(0)}`)
      if (most > MOST_MB) broken.push(`memory came to ${most.toFixed(0)} MB`)
      for (const id of load.acknowledged) acknowledged.add(id)
      const others = load.answers.filter(({ status }) => status !== 200)
      if (others.length > 0) broken.push(`not acknowledged meanwhile: ${tally(others)}`)
      const stats = await untilDrained(gateway)
      broken.push(...unbalanced(stats, { isDrained: true, least: acknowledged.size }))
      broken.push(...faultsOf(await judge(folder.path, acknowledged)))
      const figures = {
        bombs: size * all.length,
        'health worst ms': worst.toFixed(0),
        'health p99 ms': quantile(
          answers.map(({ ms }) => ms),
          0.99,
        ).toFixed(0),
        'memory before MB': before.toFixed(0),
        'memory growth MB': growth.toFixed(0),
      }
      return { figures, broken: [...new Set(broken)] }
    } finally {
      for (const socket of sockets) socket.destroy()
      await load.stop()
      await gateway.killAll()
      folder.remove()
    }
  },
}

/** Throws each bomb; resolves with what was answered wrongly. */
async function throwAll(url: string, all: readonly Bomb[], atOnce: number): Promise<string[]> {
  const wrong: string[] = []
  const left = [...all]
  const one = async () => {
    for (let bomb = left.shift(); bomb !== undefined; bomb = left.shift()) {
      const { name, status, code, body } = bomb
      const got = await send(url, body, bomb.headers)
      const said = /"code":"(\w+)"/.exec(got.text)?.[1] ?? ''
      if (got.status !== status || said !== code) wrong.push(`${name}: ${got.status} ${said} instead of ${status} ${code}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return wrong
}

/** Requests that are refused before there is a body. */
async function headers(url: string): Promise<string[]> {
  const body = Buffer.from('{}')
  const cases: readonly [string, Record<string, string>, string, number][] = [
    ['a header of 17 KiB', { 'x-long': 'x'.repeat(17 * 1024) }, '/v1/batch', 431],
    ['an address of 17 KiB', {}, `/v1/batch?${'x'.repeat(17 * 1024)}`, 431],
    ['three thousand headers', Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`x-${n}`, 'x'])), '/v1/batch', 431],
  ]
  const wrong: string[] = []
  for (const [name, more, path, status] of cases) {
    const got = await send(url, body, more, path)
    if (got.status !== status) wrong.push(`${name}: ${got.status} instead of ${status}`)
  }
  return wrong
}

function send(
  url: string,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
  path = '/v1/batch',
): Promise<{ status: number; text: string }> {
  return new Promise(resolve => {
    const authorization = `Basic ${btoa(`${KEYS.server}:`)}`
    const asked = request(url + path, { method: 'POST', headers: { 'content-length': body.length, authorization, ...headers } }, answer => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
    })
    asked.once('error', error => resolve({ status: 0, text: String(error) }))
    asked.end(body)
  })
}

/** Opens connections and sends the first words on each, then a crumb every two seconds. */
function crowd(port: number, count: number, first: string, crumb: string | null = null): Promise<Socket[]> {
  const open = () =>
    new Promise<Socket>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket))
      socket.once('error', reject)
      socket.on('error', () => undefined)
      socket.resume()
      socket.write(first)
      if (crumb === null) return
      const timer = setInterval(() => socket.write(crumb), 2_000)
      socket.once('close', () => clearInterval(timer))
    })
  return Promise.all(Array.from({ length: count }, open))
}
