import { Agent } from 'node:http'
import type { IngestCounts } from '../../../gateway/src/ingest/stats.ts'
import type { Random } from '../../../gateway/src/simulate/random.ts'
import { freePort, read, temporaryDataDir } from '../../gateway.ts'
import type { Fault } from '../fault.ts'
import { type GatewayProcess, setClock, startGateway } from '../gatewayProcess.ts'
import { ask, unbalanced } from '../judge.ts'
import { killEngine } from '../launch.ts'
import { post } from '../load.ts'
import { untilDrained } from '../watch.ts'

const EVENTS = 20
const MOST_COPIES = 20
const DAY_MS = 24 * 3_600_000
const LANES = 8

interface Sending {
  readonly ids: readonly string[]
  /** When, of the one day that the whole storm takes by the gateways' clocks. */
  readonly atMs: number
  readonly to: 0 | 1
}

export const duplicates: Fault = {
  id: 'L5',
  title: 'a storm of copies: each batch sent 1 to 20 times over a day, out of order, to two gateways that are started again',
  unit: 'batches',
  sizes: { smoke: 20, middle: 300, long: 3000 },
  async run({ form, size, random, log }) {
    const folder = temporaryDataDir()
    const ports = [await freePort(), await freePort()]
    const start = (which: number, offsetMs: number) =>
      startGateway({
        dataDir: folder.path,
        port: ports[which] ?? 0,
        script: ['test/faults/gatewayChild.ts', String(offsetMs)],
        env: { ROLE: 'ingest' },
      })
    const gateways = [await start(0, -DAY_MS), await start(1, -DAY_MS)]
    const agent = new Agent({ keepAlive: true, maxSockets: 2 * LANES })
    const sendings = stormOf(size, random)
    const hours = form === 'smoke' ? 2 : 24
    let sent = 0
    let unanswered = 0
    try {
      for (let hour = 0; hour < hours; hour++) {
        const [from, to] = [(hour * DAY_MS) / hours, ((hour + 1) * DAY_MS) / hours]
        // The clocks of two machines are never the same.
        for (const gateway of gateways) await setClock(gateway, from - DAY_MS + random.whole(-2000, 2000))
        const due = sendings.filter(({ atMs }) => atMs >= from && atMs < to)
        const lane = async (index: number) => {
          for (let at = index; at < due.length; at += LANES) {
            const sending = due[at]
            if (sending === undefined) continue
            const { status } = await post({ url: gateways[sending.to]?.url ?? '', event: sameEvent }, agent, sending.ids)
            // Every copy counts, so one of which nobody knows would spoil the sum.
            if (status === 200) sent += sending.ids.length
            else unanswered++
          }
        }
        await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index)))
        const which = random.whole(0, 1)
        if (hour < hours - 1) {
          gateways[which]?.signal('SIGTERM')
          await gateways[which]?.exited
          gateways[which] = await start(which, to - DAY_MS)
        }
      }
      const ofAllTime = (gateway: GatewayProcess) => ({
        stats: () => read<IngestCounts>(gateway, '/v1/stats?from=1970-01-01&to=2099-01-01'),
      })
      let stats: IngestCounts | null = null
      for (const gateway of [...gateways, ...gateways.slice(0, 1)]) stats = await untilDrained(ofAllTime(gateway))
      const unique = size * EVENTS
      const [logical] = await ask<[string]>(
        folder.path,
        "SELECT count() FROM events_unique(from = '2000-01-01 00:00:00.000', to = '2099-01-01 00:00:00.000')",
      )
      const rows = Number(logical?.[0] ?? 0)
      log(JSON.stringify({ sent, unique, rows, stats }))
      return {
        figures: { sent, unique, 'logical rows': rows, stored: stats?.stored ?? 0, deduplicated: stats?.deduplicated ?? 0 },
        broken: [
          ...(unanswered > 0 ? [`${unanswered} requests were not acknowledged`] : []),
          ...(rows === unique ? [] : [`${rows} logical rows of ${unique} ids`]),
          ...(stats?.stored === unique ? [] : [`stored ${stats?.stored} of ${unique} ids`]),
          ...(stats?.deduplicated === sent - unique ? [] : [`deduplicated ${stats?.deduplicated}, not ${sent - unique}`]),
          ...(stats === null ? [] : unbalanced(stats, { isDrained: true, least: sent })),
        ],
      }
    } finally {
      agent.destroy()
      for (const gateway of gateways) gateway.signal('SIGKILL')
      killEngine(folder.path)
      await Promise.all(gateways.map(({ exited }) => exited))
      folder.remove()
    }
  },
}

/** A copy says what the first said. */
function sameEvent(messageId: string): object {
  return { type: 'track', event: 'Report Opened', userId: 'u-1', messageId, properties: { report: 'funnel' } }
}

/** Every batch at least once, its copies anywhere in the day, to either gateway. */
function stormOf(batches: number, random: Random): readonly Sending[] {
  return Array.from({ length: batches }, () => {
    const ids = Array.from({ length: EVENTS }, () => crypto.randomUUID())
    return Array.from({ length: random.whole(1, MOST_COPIES) }, (): Sending => {
      return { ids: random.chance(0.5) ? ids : ids.toReversed(), atMs: random.next() * DAY_MS, to: random.chance(0.5) ? 0 : 1 }
    })
  })
    .flat()
    .sort((a, b) => a.atMs - b.atMs)
}
