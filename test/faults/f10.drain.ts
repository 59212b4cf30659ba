import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { startGateway } from './gatewayProcess.ts'
import { faultsOf, judge, unbalanced } from './judge.ts'
import { killEngine, pause } from './launch.ts'
import { startLoad, tally } from './load.ts'
import { untilDrained } from './watch.ts'

const LONGEST_STOP_S = 10

export const drain: Fault = {
  id: 'F10',
  title: 'SIGTERM under 3,000 events/s with keep-alive clients',
  unit: 'stops',
  sizes: { smoke: 2, middle: 6, long: 20 },
  async run({ form, size, random, log }) {
    const folder = temporaryDataDir()
    const dataDir = folder.path
    const acknowledged = new Set<string>()
    const broken: string[] = []
    let slowest = 0
    let cutOff = 0
    let sent = 0
    try {
      for (let cycle = 0; cycle < size; cycle++) {
        const gateway = await startGateway({ dataDir })
        const load = startLoad({ url: gateway.url, connections: 16, perRequest: 10, eventsPerSecond: 3000 })
        await pause(form === 'smoke' ? 200 + 300 * random.next() : 200 + 1000 * random.next())
        const signalled = performance.now()
        gateway.signal('SIGTERM')
        const late = setTimeout(() => gateway.signal('SIGKILL'), 2 * LONGEST_STOP_S * 1000)
        const { code, signal } = await gateway.exited
        clearTimeout(late)
        const seconds = (performance.now() - signalled) / 1000
        await load.stop()
        for (const id of load.acknowledged) acknowledged.add(id)
        // What was handed over before the signal was the gateway's to answer, with 200 or with a refusal.
        const before = load.answers.filter(({ sentAt }) => sentAt !== null && sentAt < signalled)
        const reset = before.filter(({ status }) => status === null)
        const open = readdirSync(join(dataDir, 'spool'), { recursive: true }).filter(name => String(name).endsWith('.open'))
        if (reset.length > 0) broken.push(`cycle ${cycle}: ${reset.length} requests that had been sent were cut off: ${tally(reset)}`)
        if (code !== 0) broken.push(`cycle ${cycle}: ended with ${code ?? signal}`)
        if (seconds > LONGEST_STOP_S) broken.push(`cycle ${cycle}: took ${seconds.toFixed(1)} s to stop`)
        if (open.length > 0) broken.push(`cycle ${cycle}: ${open.length} segments were left open`)
        slowest = Math.max(slowest, seconds)
        cutOff += reset.length
        sent += before.length
        log(`cycle ${cycle}: stopped in ${seconds.toFixed(2)} s with ${code ?? signal}, ${tally(load.answers)}`)
      }
      const last = await startGateway({ dataDir })
      const stats = await untilDrained(last)
      const verdict = await judge(dataDir, acknowledged)
      await last.killAll()
      return {
        figures: {
          stops: size,
          'slowest s': slowest.toFixed(2),
          'sent before': sent,
          'cut off': cutOff,
          acknowledged: verdict.acknowledged,
          LOST: verdict.lost,
          DUPS: verdict.duplicated,
        },
        broken: [...broken, ...unbalanced(stats, { isDrained: true, least: verdict.acknowledged }), ...faultsOf(verdict, size * 50)],
      }
    } finally {
      killEngine(dataDir)
      folder.remove()
    }
  },
}
