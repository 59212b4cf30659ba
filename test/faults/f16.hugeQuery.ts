import { readHandover } from '../../gateway/src/db/engine/handover.ts'
import { openDatabase } from '../../gateway/src/db/open.ts'
import { temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { startGateway } from './gatewayProcess.ts'
import { faultsOf, judge, unbalanced } from './judge.ts'
import { pause } from './launch.ts'
import { ackMs, quantile, startLoad, tally } from './load.ts'
import { untilDrained } from './watch.ts'

const HUGE = 'SELECT length(groupArray(number)) AS n FROM numbers(1000000000)'
/** Memory of a query, of a user or of the engine; too long; too many at once. */
const LIMITS = ['241', '159', '202']

export const hugeQuery: Fault = {
  id: 'F16',
  title: 'readers ask for more memory than there is, at 2,000 events/s',
  unit: 'queries',
  sizes: { smoke: 4, middle: 16, long: 64 },
  async run({ size, log }) {
    const folder = temporaryDataDir()
    const gateway = await startGateway({ dataDir: folder.path })
    const engine = readHandover(folder.path)
    if (engine === null) throw new Error('no engine.json')
    const db = await openDatabase({ engine })
    try {
      const load = startLoad({ url: gateway.url, connections: 16, perRequest: 10, eventsPerSecond: 2000 })
      await pause(500)
      const ends: string[] = []
      const ask = async () => {
        const asked = await db.reader.query({ query: HUGE, format: 'JSONEachRow' }).then(
          async answer => `answered ${await answer.text()}`,
          (error: { code?: string }) => String(error.code ?? error),
        )
        ends.push(asked)
      }
      for (let done = 0; done < size; done += 4) await Promise.all(Array.from({ length: Math.min(4, size - done) }, ask))
      log(`ended with ${[...new Set(ends)].join(', ')}`)
      await load.stop()
      const stats = await untilDrained(gateway)
      const verdict = await judge(folder.path, load.acknowledged)
      const others = load.answers.filter(({ status }) => status !== 200).length
      const unlimited = ends.filter(end => !LIMITS.includes(end))
      return {
        figures: {
          queries: size,
          codes: [...new Set(ends)].join(' '),
          acknowledged: verdict.acknowledged,
          LOST: verdict.lost,
          DUPS: verdict.duplicated,
          'ack p99 ms': Math.round(quantile(ackMs(load.answers), 0.99)),
        },
        broken: [
          ...faultsOf(verdict, 200),
          ...unbalanced(stats, { isDrained: true, least: verdict.acknowledged }),
          ...(unlimited.length > 0 ? [`queries did not end at a limit: ${unlimited.join(', ')}`] : []),
          ...(others > 0 ? [`${others} requests were not acknowledged: ${tally(load.answers)}`] : []),
          ...(readHandover(folder.path)?.pid === engine.pid ? [] : ['the engine was killed by a query']),
        ],
      }
    } finally {
      await db.close()
      await gateway.killAll()
      folder.remove()
    }
  },
}
