import { randomBytes } from 'node:crypto'
import { LIMITS } from '@waymark/schemas/limits'
import type { Fault } from '../fault.ts'
import { dishonest, onBench } from './bench.ts'

const EVENTS = 1000
/** So much of each event cannot be compressed that a batch travels as not quite 1 MiB. */
const NOISE_BYTES = 600
/** The rest of 5 MiB, less what an event has anyway. */
const FILLING = 'the quick brown fox '.repeat(180)
const DELAY_MS = 50
const MEMORY_MB = 500

export const fat: Fault = {
  id: 'L4',
  title: 'fat: gzip bodies near 1 MiB with 1,000 events on 20 connections, and one in twenty at the limit of events',
  unit: 'seconds',
  sizes: { smoke: 1, middle: 15, long: 60 },
  run: ({ form, size }) =>
    onBench(async ({ gateway, start, part }) => {
      await loopDelayMs(gateway.url)
      const fullest = start({ connections: 1, perRequest: LIMITS.batchEvents, eventsPerSecond: LIMITS.batchEvents, isZipped: true })
      const loaded = await part({ connections: 20, perRequest: EVENTS, eventsPerSecond: null, isZipped: true, event: fatEvent }, size)
      await fullest.stop()
      const delay = await loopDelayMs(gateway.url)
      return {
        figures: {
          'events/s': loaded.rate,
          refused: loaded.answers.filter(({ status }) => status === 429).length,
          'ack p50 ms': loaded.p50.toFixed(0),
          'ack p99 ms': loaded.p99.toFixed(0),
          'loop delay p99 ms': delay.toFixed(0),
        },
        broken: [
          ...dishonest(loaded),
          ...dishonest(fullest),
          ...(form !== 'smoke' && delay > DELAY_MS ? [`the event loop is late by ${delay.toFixed(0)} ms`] : []),
        ],
      }
    }).then(({ figures, broken }) => ({
      figures,
      broken: [
        ...broken,
        ...(form !== 'smoke' && Number(figures['RSS MB']) > MEMORY_MB ? [`the gateway took ${figures['RSS MB']} MB`] : []),
      ],
    })),
}

function fatEvent(messageId: string): object {
  const noise = randomBytes(NOISE_BYTES).toString('base64')
  return { type: 'track', event: 'Report Opened', userId: 'u-1', messageId, properties: { noise, text: FILLING } }
}

/** The gateway's own figure since the last look. */
async function loopDelayMs(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const seconds = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)?.[1]
  if (seconds === undefined) throw new Error(`/metrics tells no delay of the event loop: ${text.slice(0, 200)}`)
  return Number(seconds) * 1000
}
