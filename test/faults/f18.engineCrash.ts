import { readHandover } from '../../gateway/src/db/engine/handover.ts'
import { temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { startGateway } from './gatewayProcess.ts'
import { faultsOf, judge, unbalanced } from './judge.ts'
import { killEngine, pause } from './launch.ts'
import { ackMs, quantile, startLoad, tally } from './load.ts'
import { residentMb, untilDrained, untilReady, watchPeak } from './watch.ts'

export const engineCrash: Fault = {
  id: 'F18',
  title: 'engine killed and crashed again and again under 3,000 events/s',
  unit: 'kills',
  sizes: { smoke: 3, middle: 10, long: 20 },
  async run({ size, random, log }) {
    const folder = temporaryDataDir()
    const dataDir = folder.path
    const gateway = await startGateway({ dataDir })
    try {
      const memory = watchPeak(() => residentMb(gateway.pid))
      const load = startLoad({ url: gateway.url, connections: 16, perRequest: 10, eventsPerSecond: 3000 })
      const outages: number[] = []
      for (let kill = 0; kill < size; kill++) {
        await pause(200 + 800 * random.next())
        const signal = random.pick(['SIGKILL', 'SIGSEGV'] as const)
        const pid = readHandover(dataDir)?.pid
        killEngine(dataDir, signal)
        while (readHandover(dataDir)?.pid === pid) await pause(20)
        outages.push(await untilReady(gateway))
        log(`${signal}: ready again after ${outages.at(-1)?.toFixed(2)} s`)
      }
      await load.stop()
      const stats = await untilDrained(gateway)
      const verdict = await judge(dataDir, load.acknowledged)
      const others = load.answers.filter(({ status }) => status !== 200).length
      return {
        figures: {
          acknowledged: verdict.acknowledged,
          LOST: verdict.lost,
          DUPS: verdict.duplicated,
          'not 200': others,
          'ack p99 ms': Math.round(quantile(ackMs(load.answers), 0.99)),
          'gateway RSS MB': Math.round(memory.stop()),
        },
        broken: [
          ...faultsOf(verdict, size * 100),
          ...unbalanced(stats, { isDrained: true, least: verdict.acknowledged }),
          ...(others > 0 ? [`${others} requests were not acknowledged: ${tally(load.answers)}`] : []),
        ],
      }
    } finally {
      await gateway.killAll()
      folder.remove()
    }
  },
}
