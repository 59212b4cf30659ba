import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, KEYS, temporaryDataDir } from '../../gateway.ts'
import type { Fault } from '../fault.ts'
import { type GatewayProcess, startGateway } from '../gatewayProcess.ts'
import { ask, faultsOf, judge, unbalanced } from '../judge.ts'
import { killEngine, pause } from '../launch.ts'
import { startLoad } from '../load.ts'
import { residentMb, untilDrained } from '../watch.ts'

const MOST_PARTS = 300
/** From one kill to the next, seconds. */
const LIFE_S = { smoke: 2, middle: 30, long: 300 }
const PAGES = ['/v1/accounts?limit=50', '/v1/stats', '/console/', '/readyz']

/** What must stay flat, at the end of a life, in its median. */
interface Sample {
  readonly files: number
  readonly mb: number
  readonly spoolMb: number
}

export const soak: Fault = {
  id: 'L7',
  title: 'soak: 500 events/s with jobs, a dashboard and a kill -9 now and then',
  unit: 'lives between kills',
  sizes: { smoke: 1, middle: 3, long: 12 },
  async run({ form, size, log }) {
    const folder = temporaryDataDir()
    const dataDir = folder.path
    const port = await freePort()
    const acknowledged = new Set<string>()
    const lives: Sample[] = []
    let mostParts = 0
    try {
      for (let life = 0; life < size; life++) {
        const gateway = await startGateway({ dataDir, port })
        const load = startLoad({ url: gateway.url, connections: 8, perRequest: 5, eventsPerSecond: 500 })
        const deadline = performance.now() + LIFE_S[form] * 1000
        const samples: Sample[] = []
        for (let turn = 0; performance.now() < deadline; turn++) {
          await fetch(gateway.url + (PAGES[turn % PAGES.length] ?? ''), { headers: { authorization: `Bearer ${KEYS.secret}` } })
            .then(response => response.arrayBuffer())
            .catch(() => undefined)
          samples.push(sampleOf(gateway))
          await pause(Math.min(1000, LIFE_S[form] * 100))
        }
        mostParts = Math.max(mostParts, await partsOf(dataDir))
        await gateway.killAll()
        await load.stop()
        for (const id of load.acknowledged) acknowledged.add(id)
        const sample = medianOf(samples.slice(Math.floor(samples.length / 2)))
        lives.push(sample)
        log(`life ${life}: ${JSON.stringify(sample)}, ${load.acknowledged.size} acknowledged, parts ${mostParts}`)
      }
      const last = await startGateway({ dataDir })
      const stats = await untilDrained(last)
      const verdict = await judge(dataDir, acknowledged)
      await last.killAll()
      const [first, end] = [lives[Math.min(1, lives.length - 1)], lives.at(-1)]
      const grown = (['files', 'mb', 'spoolMb'] as const).filter(what => (end?.[what] ?? 0) > 1.5 * (first?.[what] ?? 0) + 20)
      return {
        figures: {
          acknowledged: verdict.acknowledged,
          LOST: verdict.lost,
          DUPS: verdict.duplicated,
          'most parts of a partition': mostParts,
          'open files': `${first?.files} → ${end?.files}`,
          'RSS MB': `${Math.round(first?.mb ?? 0)} → ${Math.round(end?.mb ?? 0)}`,
          'spool MB': `${first?.spoolMb.toFixed(1)} → ${end?.spoolMb.toFixed(1)}`,
        },
        broken: [
          ...faultsOf(verdict),
          ...unbalanced(stats, { isDrained: true, least: verdict.acknowledged }),
          ...grown.map(what => `${what} grew from ${first?.[what].toFixed(1)} to ${end?.[what].toFixed(1)}`),
          ...(mostParts > MOST_PARTS ? [`${mostParts} active parts in one partition`] : []),
        ],
      }
    } finally {
      killEngine(dataDir)
      folder.remove()
    }
  },
}

function sampleOf({ pid, dataDir }: GatewayProcess): Sample {
  const segments = readdirSync(join(dataDir, 'spool'), { recursive: true }).map(String)
  const sizes = segments.filter(name => /\.(seg|open)$/.test(name)).map(name => sizeOf(join(dataDir, 'spool', name)))
  return {
    files: readdirSync(`/proc/${pid}/fd`).length,
    mb: residentMb(pid),
    spoolMb: sizes.reduce((sum, bytes) => sum + bytes, 0) / 2 ** 20,
  }
}

/** A segment may be loaded between the listing and the look. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function medianOf(samples: readonly Sample[]): Sample {
  const median = (of: (sample: Sample) => number) => samples.map(of).sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? 0
  return { files: median(({ files }) => files), mb: median(({ mb }) => mb), spoolMb: median(({ spoolMb }) => spoolMb) }
}

async function partsOf(dataDir: string): Promise<number> {
  const query = 'SELECT max(parts) FROM (SELECT count() AS parts FROM system.parts WHERE active GROUP BY database, table, partition)'
  return Number((await ask<[string]>(dataDir, query))[0]?.[0] ?? 0)
}
