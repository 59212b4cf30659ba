import type { Benchmark, Size } from '../benchmark.ts'
import { endChild, nextMessage, startChild } from '../child.ts'
import { number, ratio, ratios, spread, withEnds } from '../figures.ts'
import { canPin, pin } from '../processes.ts'
import type { SendOrder, SendResult } from './sender.ts'
import type { SenderName } from './senders.ts'

const NAMES: { readonly [name in SenderName]: string } = {
  control: 'control: a loop that batches and fetches',
  oursPlain: '@waymark/node, gzip off',
  ours: '@waymark/node',
  segmentTuned: '@segment/analytics-node, flushAt 500',
  segment: '@segment/analytics-node',
}

const PLANS: { readonly [size in Size]: { readonly events: number; readonly rounds: number } } = {
  quick: { events: 3000, rounds: 1 },
  default: { events: 50_000, rounds: 3 },
  full: { events: 100_000, rounds: 5 },
}

const SENDER_CORE = '0'
const COLLECTOR_CORE = '1'

interface Round extends SendResult {
  readonly perSecond: number
  /** Microseconds. */
  readonly cpuPerEvent: number
  /** As it travels, without headers. */
  readonly bytesPerEvent: number
  readonly requests: number
}

export const nodeSdk: Benchmark = {
  name: 'node-sdk',
  question: 'What does an event cost the service that sends it?',
  parts: [],
  async run({ size, progress }) {
    const { events, rounds } = PLANS[size]
    const collector = startChild(new URL('collector.ts', import.meta.url))
    try {
      const { port } = await nextMessage<{ port: number }>(collector)
      pin(collector.pid ?? 0, COLLECTOR_CORE)
      const order = { host: `http://127.0.0.1:${port}`, events }
      const names = Object.keys(NAMES) as SenderName[] // the keys of a constant
      const measured: { [name in SenderName]?: Round[] } = {}
      for (let round = 0; round < rounds; round++) {
        for (const name of names) {
          progress(`${NAMES[name]}: ${number(events)} events`)
          const result = await send({ ...order, name })
          const counting = nextMessage<{ events: number; requests: number; bytes: number }>(collector)
          collector.send('count')
          const counted = await counting
          if (counted.events !== events) throw new Error(`${NAMES[name]} delivered ${counted.events} of ${events} events`)
          measured[name] = [...(measured[name] ?? []), roundOf(result, counted)]
        }
      }
      return report(measured, events)
    } finally {
      await endChild(collector)
    }
  },
}

async function send(order: SendOrder): Promise<SendResult> {
  const child = startChild(new URL('sender.ts', import.meta.url))
  try {
    await nextMessage(child)
    pin(child.pid ?? 0, SENDER_CORE)
    child.send(order)
    const answer = await nextMessage<{ result: SendResult } | { error: string }>(child)
    if ('error' in answer) throw new Error(`${NAMES[order.name]}: ${answer.error}`)
    return answer.result
  } finally {
    await endChild(child)
  }
}

function roundOf(result: SendResult, { events, requests, bytes }: { events: number; requests: number; bytes: number }): Round {
  return { ...result, perSecond: events / result.seconds, cpuPerEvent: result.cpu / events, bytesPerEvent: bytes / events, requests }
}

function report(measured: { readonly [name in SenderName]?: readonly Round[] }, events: number) {
  const of = (name: SenderName, key: 'perSecond' | 'cpuPerEvent' | 'bytesPerEvent' | 'requests' | 'peak') =>
    (measured[name] ?? []).map(round => round[key])
  const cheaper = ratios(of('ours', 'cpuPerEvent'), of('segmentTuned', 'cpuPerEvent')).median
  return {
    tables: [
      {
        title: `${number(events)} track calls until all are delivered`,
        head: ['', 'CPU µs/event', '× control', 'events/s', '× control', 'requests', 'bytes/event', 'RSS MB'],
        rows: (Object.keys(NAMES) as SenderName[]).map(name => [
          NAMES[name],
          withEnds(spread(of(name, 'cpuPerEvent'))),
          name === 'control' ? '' : ratio(ratios(of(name, 'cpuPerEvent'), of('control', 'cpuPerEvent')).median),
          withEnds(spread(of(name, 'perSecond'))),
          name === 'control' ? '' : ratio(ratios(of(name, 'perSecond'), of('control', 'perSecond')).median),
          number(spread(of(name, 'requests')).median),
          number(spread(of(name, 'bytesPerEvent')).median),
          number(Math.max(...of(name, 'peak')) / 2 ** 20),
        ]),
      },
    ],
    goals: [
      {
        text: 'CPU an event, beside Segment’s with batches of the same size',
        wanted: '≤ 0.5×',
        got: ratio(cheaper),
        isMet: cheaper <= 0.5,
      },
    ],
    notes: [
      `${canPin ? `The sender on core ${SENDER_CORE}, the collector on core ${COLLECTOR_CORE}, by taskset` : 'Nothing is pinned, for there is no taskset here'}; a new process each round, so compiling is in the figures. The collector counts message ids: who delivers less fails.`,
      'The control neither retries nor bounds anything. Ours compresses unless told otherwise: CPU here for a fraction of the bytes there (calls so alike compress better than real ones). Segment’s peer has no compression and batches of 15 unless told otherwise; it is shown with batches of 500 as well.',
    ],
    figures: measured,
  }
}
