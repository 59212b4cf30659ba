import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { KEYS, temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { startGateway } from './gatewayProcess.ts'
import { faultsOf, judge } from './judge.ts'
import { pause } from './launch.ts'
import { ackMs, quantile, startLoad, tally } from './load.ts'
import { untilDrained } from './watch.ts'

/** Sockets of each kind at size 1. */
const SLOW = 5
const IDLE = 20
/** Node looks every five seconds for those that are over their time. */
const LOOK_S = 5
const HEADERS_S = 15 + LOOK_S
const BODY_S = 30 + LOOK_S
const SLOWER = { smoke: 20, middle: 2, long: 2 }

interface Crowd {
  readonly sockets: readonly Socket[]
  /** Seconds until each was closed by the other side. */
  readonly closedAfter: readonly number[]
}

export const slowClients: Fault = {
  id: 'F17',
  title: 'slow headers, slow bodies and idle connections by the hundred beside 1,000 events/s',
  unit: 'hundredths of 500 slow headers, 500 slow bodies and 2,000 idle connections',
  sizes: { smoke: 10, middle: 50, long: 100 },
  async run({ form, size, log }) {
    const folder = temporaryDataDir()
    const gateway = await startGateway({ dataDir: folder.path })
    const port = Number(new URL(gateway.url).port)
    const openFiles = () => readdirSync(`/proc/${gateway.pid}/fd`).length
    const seconds = form === 'smoke' ? 1 : 5
    const acknowledged = new Set<string>()
    const broken: string[] = []

    async function traffic(forSeconds: number): Promise<number> {
      const load = startLoad({ url: gateway.url, connections: 8, perRequest: 10, eventsPerSecond: 1000 })
      await pause(forSeconds * 1000)
      await load.stop()
      for (const id of load.acknowledged) acknowledged.add(id)
      const others = load.answers.filter(({ status }) => status !== 200)
      if (others.length > 0) broken.push(`not acknowledged: ${tally(others)}`)
      return quantile(ackMs(load.answers), 0.99)
    }

    const crowds: Crowd[] = []
    try {
      if (form !== 'smoke') await traffic(seconds)
      const alone = await traffic(seconds)
      const before = openFiles()
      const head = `POST /v1/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${Buffer.from(`${KEYS.server}:`).toString('base64')}\r\n`
      const headers = await crowd(port, SLOW * size, head, 'X-Slow: 1\r\n')
      const bodies = await crowd(port, SLOW * size, `${head}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{`, ' ')
      const idle = await crowd(port, IDLE * size, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n', null)
      crowds.push(headers, bodies, idle)
      const during = await traffic(seconds)
      const most = openFiles()
      log(`${most - before} connections more; p99 ${alone.toFixed(1)} → ${during.toFixed(1)} ms`)
      const figures: Record<string, number | string> = {
        connections: most - before,
        'p99 alone ms': alone.toFixed(1),
        'p99 among them ms': during.toFixed(1),
        'times slower': (during / alone).toFixed(2),
      }
      if (during / alone > SLOWER[form]) broken.push(`acknowledgements take ${(during / alone).toFixed(1)} times as long`)
      if (most - before < (2 * SLOW + IDLE) * size * 0.9) broken.push(`only ${most - before} connections were open at once`)
      if (form !== 'smoke') {
        const deadline = performance.now() + (BODY_S + 5) * 1000
        while (headers.closedAfter.length + bodies.closedAfter.length < 2 * SLOW * size && performance.now() < deadline) await pause(500)
        const [slowHeaders, slowBodies] = [headers, bodies].map(({ closedAfter }) => Math.max(0, ...closedAfter))
        figures['slow headers closed s'] = (slowHeaders ?? 0).toFixed(0)
        figures['slow bodies closed s'] = (slowBodies ?? 0).toFixed(0)
        if (headers.closedAfter.length < SLOW * size || (slowHeaders ?? 0) > HEADERS_S + 2)
          broken.push('slow headers are not cut off in time')
        if (bodies.closedAfter.length < SLOW * size || (slowBodies ?? 0) > BODY_S + 2) broken.push('slow bodies are not cut off in time')
      }
      for (const { sockets } of crowds) for (const socket of sockets) socket.destroy()
      const deadline = performance.now() + 10_000
      while (openFiles() > before + 20 && performance.now() < deadline) await pause(100)
      figures['open files left'] = openFiles() - before
      if (openFiles() > before + 20) broken.push(`${openFiles() - before} open files are left`)
      await untilDrained(gateway)
      broken.push(...faultsOf(await judge(folder.path, acknowledged)))
      return { figures, broken }
    } finally {
      for (const { sockets } of crowds) for (const socket of sockets) socket.destroy()
      await gateway.killAll()
      folder.remove()
    }
  },
}

/** Opens connections, sends the first words on each, then a crumb every few seconds; null: nothing more. */
async function crowd(port: number, count: number, first: string, crumb: string | null): Promise<Crowd> {
  const closedAfter: number[] = []
  const began = performance.now()
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(port, '127.0.0.1')
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve)
        socket.once('error', reject)
      })
      socket.on('error', () => undefined)
      socket.resume()
      socket.write(first)
      const timer = crumb === null ? undefined : setInterval(() => socket.write(crumb), 2_000)
      socket.once('close', () => {
        clearInterval(timer)
        closedAfter.push((performance.now() - began) / 1000)
      })
      return socket
    }),
  )
  return { sockets, closedAfter }
}
