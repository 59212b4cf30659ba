import type { Fault } from '../fault.ts'
import { ask } from '../judge.ts'
import { pause } from '../launch.ts'
import { quantile, startLoad } from '../load.ts'
import { residentMb } from '../watch.ts'
import { notAcknowledged, onBench, QUIET, tooSlow } from './bench.ts'

const VISIBLE_S = 2
const GROWTH_MB_A_MINUTE = 1
/** What the hot set keeps of an id (`ingest/dedupe.ts`): bounded, but it takes more than a quarter of an hour at this rate until it is. */
const REMEMBERED_BYTES = 21
/** Memory of a young process grows until it has its caches. */
const WARM_UP_S = 120

export const steady: Fault = {
  id: 'L1',
  title: 'steady: 2,000 events/s, gzip, batches of 10 on 32 connections',
  unit: 'seconds',
  sizes: { smoke: 1, middle: 20, long: 600 },
  run: ({ form, size, log }) =>
    onBench(async ({ gateway, part }) => {
      const quiet = await part(QUIET, Math.min(5, size))
      const memory: { minute: number; mb: number }[] = []
      const visible: number[] = []
      const began = performance.now()
      const isOver = () => performance.now() - began > size * 1000

      async function watch(): Promise<void> {
        while (!isOver()) {
          memory.push({ minute: (performance.now() - began) / 60_000, mb: residentMb(gateway.pid) })
          visible.push(await untilVisible(gateway))
          await pause(Math.min(1000, size * 100))
        }
      }
      const [loaded] = await Promise.all([part({ connections: 32, perRequest: 10, eventsPerSecond: 2000, isZipped: true }, size), watch()])
      const late = memory.filter(({ minute }) => minute * 60 > WARM_UP_S)
      const growth = slope(late)
      const remembered = (loaded.rate * 60 * REMEMBERED_BYTES) / 2 ** 20
      const visibleP95 = quantile(visible, 0.95)
      log(`memory ${memory.map(({ mb }) => Math.round(mb)).join(' ')}`)
      return {
        figures: {
          'events/s': loaded.rate,
          'ack p50 ms': loaded.p50.toFixed(1),
          'ack p99 ms': loaded.p99.toFixed(1),
          'quiet p99 ms': quiet.p99.toFixed(1),
          'visible p95 s': visibleP95.toFixed(2),
          ...(late.length > 60 ? { 'growth MB/min': growth.toFixed(2), 'of it ids remembered': remembered.toFixed(2) } : {}),
        },
        broken: [
          ...notAcknowledged(loaded),
          ...tooSlow('steady load', loaded.p99, { form, ms: 50, times: 5, quiet }),
          ...(visibleP95 > VISIBLE_S && size >= 20 ? [`visible only after ${visibleP95.toFixed(1)} s`] : []),
          ...(late.length > 60 && growth - remembered > GROWTH_MB_A_MINUTE
            ? [`memory grows by ${growth.toFixed(1)} MB a minute, ${remembered.toFixed(1)} of it for ids`]
            : []),
        ],
      }
    }),
}

/** Seconds from the acknowledgement of one event until the table has it. */
async function untilVisible({ url, dataDir }: { url: string; dataDir: string }): Promise<number> {
  const id = crypto.randomUUID()
  const one = startLoad({ url, connections: 1, perRequest: 1, eventsPerSecond: 1, newId: () => id })
  while (one.answers.length === 0) await pause(2)
  const began = performance.now()
  await one.stop()
  for (;;) {
    const [row] = await ask<[number]>(dataDir, `SELECT count() FROM events WHERE message_id = '${id}'`)
    if (row !== undefined && Number(row[0]) > 0) return (performance.now() - began) / 1000
    await pause(25)
  }
}

/** Of the line of least squares. */
function slope(points: readonly { readonly minute: number; readonly mb: number }[]): number {
  const mean = (of: (point: (typeof points)[number]) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean(({ minute }) => minute), mean(({ mb }) => mb)]
  const spread = points.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0)
  return spread === 0 ? 0 : points.reduce((sum, { minute, mb }) => sum + (minute - x) * (mb - y), 0) / spread
}
