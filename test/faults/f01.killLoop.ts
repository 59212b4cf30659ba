import { openEngine } from '../../gateway/src/db/engine/supervise.ts'
import { temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { startGateway } from './gatewayProcess.ts'
import { faultsOf, judge, unbalanced } from './judge.ts'
import { killEngine, pause } from './launch.ts'
import { quantile, startLoad } from './load.ts'

/** Who dies: most often both, as when the machine goes. */
const VICTIMS = ['gateway and engine', 'gateway and engine', 'gateway', 'engine'] as const
/** Ready after a kill, seconds, for 95 of 100 starts; or so many times what the bare engine takes in the same run. */
const READY_S = 3
const READY_TIMES = 4

export const killLoop: Fault = {
  id: 'F01',
  title: 'kill -9 of gateway and engine at any moment, at 3,000 events/s',
  unit: 'cycles',
  sizes: { smoke: 2, middle: 20, long: 200 },
  async run({ form, size, random, log }) {
    const folder = temporaryDataDir()
    const dataDir = folder.path
    const acknowledged = new Set<string>()
    const starts: number[] = []
    const bareStarts: number[] = []
    const broken: string[] = []
    try {
      for (let cycle = 0; cycle < size; cycle++) {
        // Seldom, for it heals what the next start should find.
        if (cycle % 8 === 1) bareStarts.push(await bareStart(dataDir))
        const gateway = await startGateway({ dataDir })
        starts.push(gateway.readyMs)
        broken.push(...unbalanced(await gateway.stats()).map(told => `cycle ${cycle}: ${told}`))
        const load = startLoad({ url: gateway.url, connections: 16, perRequest: 10, eventsPerSecond: 3000 })
        const ms = form === 'smoke' ? 100 + 300 * random.next() : 200 + 1500 * random.next()
        await pause(ms)
        const victim = random.pick(VICTIMS)
        if (victim === 'engine') {
          killEngine(dataDir)
          // The load goes on over the restart of the engine; then all goes, so that the cycle ends.
          await pause(300)
        }
        if (victim === 'gateway') gateway.signal('SIGKILL')
        else await gateway.killAll()
        await gateway.exited
        await load.stop()
        for (const id of load.acknowledged) acknowledged.add(id)
        log(
          `cycle ${cycle}: ready in ${Math.round(gateway.readyMs)} ms, ${victim} killed after ${Math.round(ms)} ms, ${load.acknowledged.size} acknowledged`,
        )
      }
      const last = await startGateway({ dataDir })
      starts.push(last.readyMs)
      await last.drain()
      broken.push(...unbalanced(await last.stats(), { isDrained: true, least: acknowledged.size }))
      const verdict = await judge(dataDir, acknowledged)
      await last.killAll()
      broken.push(...faultsOf(verdict, size * 50))
      const [ready, bare] = [quantile(starts, 0.95) / 1000, quantile(bareStarts, 0.95) / 1000]
      // Two starts beside other tests have no 95th of a hundred.
      if (form !== 'smoke' && ready > READY_S && ready > READY_TIMES * bare)
        broken.push(`ready p95 ${ready.toFixed(2)} s, the bare engine ${bare.toFixed(2)} s`)
      return {
        figures: {
          cycles: size,
          acknowledged: verdict.acknowledged,
          LOST: verdict.lost,
          DUPS: verdict.duplicated,
          'ready p50 s': (quantile(starts, 0.5) / 1000).toFixed(2),
          'ready p95 s': ready.toFixed(2),
          'bare engine p95 s': bare.toFixed(2),
        },
        broken,
      }
    } finally {
      killEngine(dataDir)
      folder.remove()
    }
  },
}

/** From nothing to answering, of the engine alone on the same folder, milliseconds. */
async function bareStart(dataDir: string): Promise<number> {
  // Otherwise it would find the engine that is dying, and wait for it.
  killEngine(dataDir)
  const began = performance.now()
  const engine = await openEngine({ dataDir })
  const ms = performance.now() - began
  await engine.close()
  return ms
}
