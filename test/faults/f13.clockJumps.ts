import type { IngestCounts } from '../../gateway/src/ingest/stats.ts'
import { read, temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { setClock, startGateway } from './gatewayProcess.ts'
import { ask, faultsOf, judge, unbalanced } from './judge.ts'
import { killEngine, pause } from './launch.ts'
import { startLoad, tally } from './load.ts'
import { untilDrained } from './watch.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Where clocks go: an hour either way, far ahead, before there were any, over a leap day. */
const JUMPS: readonly (readonly [name: string, offsetMs: () => number])[] = [
  ['+1 h', () => HOUR],
  ['-1 h', () => -HOUR],
  ['+400 d', () => 400 * DAY],
  ['1970', () => 60_000 - Date.now()],
  ['leap day', () => Date.UTC(2028, 1, 28, 23, 59, 59, 500) - Date.now()],
  ['real', () => 0],
]

export const clockJumps: Fault = {
  id: 'F13',
  title: 'clocks that jump while the gateway runs, and between its starts',
  unit: 'rounds of all jumps',
  sizes: { smoke: 1, middle: 2, long: 10 },
  async run({ form, size, random, log }) {
    const folder = temporaryDataDir()
    const dataDir = folder.path
    const acknowledged = new Set<string>()
    const broken: string[] = []
    let jumps = 0
    try {
      for (let round = 0; round < size; round++) {
        // The clock that a start finds, and then the jumps while it runs.
        const [name, atStart] = random.pick(JUMPS as unknown as [(typeof JUMPS)[0], ...typeof JUMPS])
        const gateway = await startGateway({ dataDir, script: ['test/faults/gatewayChild.ts', String(round === 0 ? 0 : atStart())] })
        const load = startLoad({ url: gateway.url, connections: 8, perRequest: 10, eventsPerSecond: 1000 })
        for (const [jump, offsetMs] of JUMPS) {
          await setClock(gateway, offsetMs())
          await pause(form === 'smoke' ? 250 : 1500)
          jumps++
          if (gateway.isDead()) broken.push(`the gateway died at ${jump}: ${gateway.output().slice(-300)}`)
        }
        await load.stop()
        for (const id of load.acknowledged) acknowledged.add(id)
        const others = load.answers.filter(({ status }) => status !== 200)
        if (others.length > 0) broken.push(`round ${round}: not acknowledged: ${tally(others)}`)
        log(`round ${round}, started at ${round === 0 ? 'real' : name}: ${tally(load.answers)}`)
        // Half of the rounds leave a spool of several clocks behind.
        if (random.chance(0.5)) await gateway.killAll()
        else {
          gateway.signal('SIGTERM')
          await gateway.exited
        }
      }
      const last = await startGateway({ dataDir })
      // Asked for all of time: without a period the answer ends now, and some clocks were ahead.
      const stats = await untilDrained({ stats: () => read<IngestCounts>(last, '/v1/stats?from=1970-01-01&to=2099-01-01') }, 60_000)
      const verdict = await judge(dataDir, acknowledged)
      const far = await numbers(
        dataDir,
        `SELECT count() FROM events WHERE timestamp > received_at + INTERVAL 1 DAY OR received_at < '1970-01-01 00:00:00'`,
      )
      const [segments = 0, named = 0] = await numbers(
        dataDir,
        `SELECT count(), uniqExact(segment_id) FROM (SELECT segment_id, min(loaded_at) FROM ingest_counts GROUP BY segment_id, loaded_at)`,
      )
      const negative = await numbers(
        dataDir,
        "SELECT count() FROM job_runs WHERE finished_at < started_at AND state = 'done' AND duration_ms > 86400000",
      )
      await last.killAll()
      return {
        figures: { jumps, acknowledged: verdict.acknowledged, LOST: verdict.lost, DUPS: verdict.duplicated, segments },
        broken: [
          ...broken,
          ...faultsOf(verdict),
          ...unbalanced(stats, { isDrained: true, least: verdict.acknowledged }),
          ...((far[0] ?? 0) > 0 ? [`${far[0]} events stand a day after their own receipt, or before time began`] : []),
          ...(segments === named ? [] : [`${segments - named} segments share a name`]),
          ...((negative[0] ?? 0) > 0 ? ['a job ran for a negative time'] : []),
        ],
      }
    } finally {
      killEngine(dataDir)
      folder.remove()
    }
  },
}

async function numbers(dataDir: string, query: string): Promise<number[]> {
  return ((await ask<number[]>(dataDir, query))[0] ?? []).map(Number)
}
