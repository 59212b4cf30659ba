/** Who sends: every one takes the same calls and says when all of them arrived. */
import { randomUUID } from 'node:crypto'
import { Analytics } from '@segment/analytics-node'
import { Waymark } from '../../../sdk-node/src/index.ts'

export interface Sender {
  track(place: number): void
  /** Resolves when everything is delivered or given up. */
  finish(): Promise<void>
}

const EVENT = 'Invoice Paid'
const BATCH = 500
const IN_FLIGHT = 4

export const SENDERS = {
  ours: host => ourSender(host, true),
  oursPlain: host => ourSender(host, false),
  segment: host => segmentSender(host, undefined),
  segmentTuned: host => segmentSender(host, BATCH),
  control: createControl,
} as const satisfies { readonly [name: string]: (host: string) => Sender }
export type SenderName = keyof typeof SENDERS

function callOf(place: number) {
  return { userId: `u_${place % 1000}`, event: EVENT, properties: { plan: 'team', amount: place, label: `Invoice of order ${place}` } }
}

function ourSender(host: string, gzip: boolean): Sender {
  const waymark = new Waymark({ writeKey: 'wk_bench', host, gzip })
  return {
    track: place => waymark.track(callOf(place)),
    finish: async () => void (await waymark.close({ timeoutMs: 60_000 })),
  }
}

function segmentSender(host: string, flushAt: number | undefined): Sender {
  const analytics = new Analytics({ writeKey: 'wk_bench', host, ...(flushAt === undefined ? {} : { flushAt }) })
  return {
    track: place => analytics.track(callOf(place)),
    finish: async () => void (await analytics.closeAndFlush({ timeout: 60_000 })),
  }
}

/** The least that any of them must do: an id and a time for each event, batches of text, four requests at once. No retry, no limit. */
function createControl(host: string): Sender {
  let batch: object[] = []
  const waiting: object[][] = []
  const running = new Set<Promise<void>>()

  async function post(events: object[]): Promise<void> {
    const response = await fetch(`${host}/v1/batch`, { method: 'POST', body: JSON.stringify({ batch: events, sentAt: new Date() }) })
    await response.arrayBuffer()
  }
  function next(): void {
    while (running.size < IN_FLIGHT) {
      const events = waiting.shift()
      if (events === undefined) return
      const request = post(events).finally(() => {
        running.delete(request)
        next()
      })
      running.add(request)
    }
  }
  function cut(): void {
    if (batch.length > 0) waiting.push(batch)
    batch = []
    next()
  }
  return {
    track(place) {
      batch.push({ type: 'track', messageId: randomUUID(), timestamp: new Date(), ...callOf(place) })
      if (batch.length >= BATCH) cut()
    },
    async finish() {
      cut()
      while (running.size > 0) await Promise.all(running)
    },
  }
}
