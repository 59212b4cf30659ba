import type { HistoryOptions } from '../simulate/history.ts'
import { simulate } from '../simulate/history.ts'
import type { Sender, SimulatedEvent } from '../simulate/teller.ts'
import { deliver, type SendEdges } from './importSend.ts'
import { createProgress } from './progress.ts'
import type { Terminal } from './terminal.ts'

export interface HistoryTarget {
  readonly host: string
  /** Write keys: a public one for what pages sent, a private one for what the back end did. They may be the same. */
  readonly keys: Readonly<Record<Sender, string>>
}

export interface HistoryEdges extends SendEdges {
  readonly terminal: Terminal
  readonly now: () => number
}

const BATCH_EVENTS = 500
const IN_FLIGHT = 4

/**
 * Sends a sample history to `/v1/batch`. Without `sentAt` nothing is known of the sender's clock, so the times stay as they are.
 * Rejects when delivery stops, or when an event is refused: the history is ours, so that is our mistake.
 */
export async function sendHistory(
  options: HistoryOptions,
  { host, keys }: HistoryTarget,
  edges: HistoryEdges,
  signal: AbortSignal,
): Promise<number> {
  const history = simulate(options)
  const waiting = batchesOf(history)
  const progress = createProgress(edges.terminal, history.length, edges.now)
  const stop = new AbortController()
  let sent = 0

  async function sendUntilEmpty(): Promise<void> {
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      const authorization = `Basic ${Buffer.from(`${keys[batch.from]}:`).toString('base64')}`
      const body = JSON.stringify({ batch: batch.events })
      const { rejected } = await deliver({ host, path: '/v1/batch', authorization, body }, edges, AbortSignal.any([signal, stop.signal]))
      const [first] = rejected
      if (first !== undefined) throw new Error(`The gateway refused ${first.messageId}: ${first.code} ${first.path} ${first.message}`)
      sent += batch.events.length
      progress.update({ events: sent, bytes: sent })
    }
  }

  try {
    await Promise.all(Array.from({ length: IN_FLIGHT }, sendUntilEmpty))
  } catch (error) {
    stop.abort()
    throw error
  } finally {
    progress.end()
  }
  return sent
}

/** Packed by sender; otherwise in the order of time. */
function batchesOf(history: readonly SimulatedEvent[]): { from: Sender; events: object[] }[] {
  const batches: { from: Sender; events: object[] }[] = []
  const open: Partial<Record<Sender, object[]>> = {}
  for (const { from, event } of history) {
    const pack = open[from]
    if (pack !== undefined && pack.length < BATCH_EVENTS) pack.push(event)
    else {
      const events = [event]
      open[from] = events
      batches.push({ from, events })
    }
  }
  return batches
}
