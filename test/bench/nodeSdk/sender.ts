/** A process that sends with one SDK and tells what it cost. */
import { setImmediate as turn } from 'node:timers/promises'
import { SENDERS, type SenderName } from './senders.ts'

export interface SendOrder {
  readonly name: SenderName
  readonly host: string
  readonly events: number
}

export interface SendResult {
  /** From the first call until everything is delivered. */
  readonly seconds: number
  /** User and system time of that, microseconds. */
  readonly cpu: number
  /** Bytes, at most. */
  readonly peak: number
}

/** Calls between two turns of the event loop, as a busy service makes them. */
const CHUNK = 1000

async function send({ name, host, events }: SendOrder): Promise<SendResult> {
  const sender = SENDERS[name](host)
  const startedAt = performance.now()
  const before = process.cpuUsage()
  for (let place = 0; place < events; place++) {
    sender.track(place)
    if (place % CHUNK === CHUNK - 1) await turn()
  }
  await sender.finish()
  const { user, system } = process.cpuUsage(before)
  return { seconds: (performance.now() - startedAt) / 1000, cpu: user + system, peak: process.resourceUsage().maxRSS * 1024 }
}

process.on('message', (order: SendOrder) => {
  send(order).then(
    result => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
process.send?.({ isReady: true })
