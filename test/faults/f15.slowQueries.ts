import { readHandover } from '../../gateway/src/db/engine/handover.ts'
import { openDatabase } from '../../gateway/src/db/open.ts'
import { KEYS, temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { type GatewayProcess, startGateway } from './gatewayProcess.ts'
import { faultsOf, judge, unbalanced } from './judge.ts'
import { pause } from './launch.ts'
import { ackMs, quantile, startLoad, tally } from './load.ts'
import { untilDrained } from './watch.ts'

const READERS = 8
/** Acknowledgements while others read ÷ without; of a smoke, too short to tell more, only that they do not wait for the queries. */
const SLOWER = { smoke: 20, middle: 2, long: 2 }
/** As wide as a dashboard asks, and as slow as the reader's limits let a query be. */
const QUERY_S = { smoke: 1, middle: 5, long: 10 }
const LONG_AGO = '2020-01-01'
const PAGES = ['/v1/accounts?limit=100', '/v1/stats', `/v1/accounts/acme.example/score?at=${LONG_AGO}`, '/v1/accounts?sort=-lastTouchAt']

export const slowQueries: Fault = {
  id: 'F15',
  title: 'eight slow queries of a dashboard at once beside 2,000 events/s',
  unit: 'seconds of each part',
  sizes: { smoke: 1, middle: 10, long: 60 },
  async run({ form, size, log }) {
    const folder = temporaryDataDir()
    const gateway = await startGateway({ dataDir: folder.path })
    const acknowledged = new Set<string>()
    const others: string[] = []

    /** p50 and p99 of the acknowledgements while something else goes on. */
    async function under(meanwhile: (isOver: () => boolean) => Promise<number>) {
      const load = startLoad({ url: gateway.url, connections: 16, perRequest: 10, eventsPerSecond: 2000 })
      const deadline = performance.now() + size * 1000
      const [asked] = await Promise.all([meanwhile(() => performance.now() > deadline), pause(size * 1000)])
      await load.stop()
      for (const id of load.acknowledged) acknowledged.add(id)
      const refused = load.answers.filter(({ status }) => status !== 200)
      if (refused.length > 0) others.push(tally(refused))
      return { asked, p50: quantile(ackMs(load.answers), 0.5), p99: quantile(ackMs(load.answers), 0.99) }
    }

    try {
      // What starts cold would make everything after it look fast.
      if (form !== 'smoke') await under(async () => 0)
      const alone = await under(async () => 0)
      const pages = await under(isOver => readPages(gateway, isOver))
      const heavy = await under(isOver => askHard(folder.path, QUERY_S[form], isOver))
      const after = await under(async () => 0)
      log(`alone ${JSON.stringify(alone)}, pages ${JSON.stringify(pages)}, heavy ${JSON.stringify(heavy)}, after ${JSON.stringify(after)}`)
      // A noisy machine is judged by its own quieter and louder part.
      const baseline = Math.max(alone.p99, after.p99)
      const slower = heavy.p99 / baseline
      const stats = await untilDrained(gateway)
      const verdict = await judge(folder.path, acknowledged)
      return {
        figures: {
          'p99 alone ms': baseline.toFixed(1),
          'p99 under pages ms': pages.p99.toFixed(1),
          'pages read': pages.asked,
          'p99 under slow queries ms': heavy.p99.toFixed(1),
          'slow queries': heavy.asked,
          'times slower': slower.toFixed(2),
          LOST: verdict.lost,
          DUPS: verdict.duplicated,
        },
        broken: [
          ...(heavy.asked === 0 ? ['no slow query was answered'] : []),
          ...(slower > SLOWER[form] ? [`acknowledgements take ${slower.toFixed(1)} times as long beside slow queries`] : []),
          ...others.map(told => `not acknowledged: ${told}`),
          ...faultsOf(verdict),
          ...unbalanced(stats, { isDrained: true, least: verdict.acknowledged }),
        ],
      }
    } finally {
      await gateway.killAll()
      folder.remove()
    }
  },
}

async function readPages(gateway: GatewayProcess, isOver: () => boolean): Promise<number> {
  let answered = 0
  const reader = async (_: unknown, index: number) => {
    for (let turn = index; !isOver(); turn++) {
      const response = await fetch(gateway.url + PAGES[turn % PAGES.length], { headers: { authorization: `Bearer ${KEYS.secret}` } })
      await response.arrayBuffer()
      answered++
    }
  }
  await Promise.all(Array.from({ length: READERS }, reader))
  return answered
}

/** Queries that keep the engine's processors busy for so long, as the reader that the dashboard is. */
async function askHard(dataDir: string, seconds: number, isOver: () => boolean): Promise<number> {
  const engine = readHandover(dataDir) ?? undefined
  const db = await openDatabase({ engine })
  let answered = 0
  const reader = async () => {
    while (!isOver()) {
      const query = 'SELECT sum(cityHash64(number, toString(number))) FROM system.numbers'
      // Both ends are a slow query's: its answer, and the limit on its time.
      const ended = await db.reader
        .query({ query, format: 'JSONEachRow', clickhouse_settings: { max_execution_time: seconds } })
        .then(result => result.text())
        .catch((error: { code?: string }) => error.code ?? String(error))
      if (ended === '159') answered++
    }
  }
  await Promise.all(Array.from({ length: READERS }, reader))
  await db.close()
  return answered
}
