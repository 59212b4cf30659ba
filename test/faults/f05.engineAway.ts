import { temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { startGateway } from './gatewayProcess.ts'
import { ask, faultsOf, judge, unbalanced } from './judge.ts'
import { killEngine, pause } from './launch.ts'
import { ackMs, quantile, startLoad, tally } from './load.ts'
import { firstStats, residentMb, untilDrained, untilReady, untilSpoolEmpty, watchPeak } from './watch.ts'

const EVENTS_PER_SECOND = 5000
const MOST_MB = 300
/** Times the rate of ingest. */
const LEAST_DRAIN = 3

export const engineAway: Fault = {
  id: 'F05',
  title: 'engine stopped (SIGSTOP, at last SIGKILL) at 5,000 events/s',
  unit: 'seconds away',
  sizes: { smoke: 3, middle: 60, long: 600 },
  async run({ form, size, log }) {
    const folder = temporaryDataDir()
    const dataDir = folder.path
    const gateway = await startGateway({ dataDir })
    try {
      const memory = watchPeak(() => residentMb(gateway.pid))
      const load = startLoad({ url: gateway.url, connections: 16, perRequest: 25, eventsPerSecond: EVENTS_PER_SECOND })
      await pause(1000)
      const before = load.answers.length
      // Whoever starts it again in the meantime finds it stopped again.
      const stopping = setInterval(() => killEngine(dataDir, 'SIGSTOP'), 200)
      await pause(size * 1000)
      await load.stop()
      clearInterval(stopping)
      const seconds = size
      const acknowledged = load.acknowledged
      const away = load.answers.slice(before)
      log(`away for ${seconds} s: ${tally(away)}; ${acknowledged.size} acknowledged`)
      killEngine(dataDir)
      const back = await untilReady(gateway)
      const left = (await firstStats(gateway)).pending
      const drainSeconds = await untilSpoolEmpty(dataDir)
      const stats = await untilDrained(gateway)
      const rate = (away.reduce((sum, { events }) => sum + events, 0) / seconds) | 0
      const drained = left / drainSeconds
      const peak = memory.stop()
      const verdict = await judge(dataDir, acknowledged)
      const [[disorder = 0] = []] = await ask<[number]>(dataDir, DISORDER)
      const refused = away.filter(({ status }) => status !== 200).length
      const isLong = form !== 'smoke'
      return {
        figures: {
          acknowledged: verdict.acknowledged,
          LOST: verdict.lost,
          DUPS: verdict.duplicated,
          'not 200': refused,
          'ingest events/s': rate,
          'ack p99 ms': Math.round(quantile(ackMs(away), 0.99)),
          'back after s': back.toFixed(2),
          'left then': left,
          'drain events/s': Math.round(drained),
          'drain ÷ ingest': (drained / rate).toFixed(1),
          'gateway RSS MB': Math.round(peak),
        },
        broken: [
          ...faultsOf(verdict, size * 500),
          ...unbalanced(stats, { isDrained: true, least: acknowledged.size }),
          ...(refused > 0 ? [`${refused} requests were not answered with 200: ${tally(away)}`] : []),
          ...(disorder > 0 ? [`${disorder} segments were loaded before an older one`] : []),
          ...(peak > MOST_MB ? [`the gateway took ${Math.round(peak)} MB`] : []),
          // A backlog of seconds is over before the engine is warm.
          ...(isLong && drained < LEAST_DRAIN * rate ? [`drained ${Math.round(drained)}/s of ${rate}/s ingested`] : []),
        ],
      }
    } finally {
      await gateway.killAll()
      folder.remove()
    }
  },
}

/** Segments stamped later than one whose events came later. */
const DISORDER = `SELECT count() FROM
(
  SELECT first_received_at, max(first_received_at) OVER (ORDER BY loaded_at, first_received_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS latest
  FROM ingest_counts
) WHERE first_received_at < latest`
