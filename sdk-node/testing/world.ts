/** A process and a gateway in memory: time passes only when a test says so. */
import type { Event } from '@waymark/schemas/event'
import type { DeliveryError, WaymarkOptions } from '../src/api.ts'
import { createClient } from '../src/client.ts'
import { resolveOptions } from '../src/options.ts'
import type { Answer } from '../src/sender.ts'

/** A status, `lost`: never arrived, `cut`: stored but the answer never came, `hang`: neither, until the deadline. */
export type Outcome = number | 'lost' | 'cut' | 'hang' | Answer

export interface Request {
  readonly at: number
  readonly bytes: number
  readonly sentAt: string
  readonly events: readonly Event[]
  readonly ids: readonly string[]
}

export const DEADLINE_MS = 10_000
export const START = Date.UTC(2026, 2, 1)

function rejectedIn(outcome: Outcome): Set<number> {
  if (typeof outcome !== 'object') return new Set()
  const { success, rejected } = JSON.parse(outcome.text) as { success?: boolean; rejected?: { index: number }[] }
  return new Set(success ? rejected?.map(({ index }) => index) : Array(500).keys())
}

export function createWorld(options: Partial<WaymarkOptions> = {}) {
  let time = START
  let calls = 0
  let uuids = 0
  const timers = new Set<{ at: number; run: () => void; isHolding: boolean }>()
  const exits = new Set<() => void>()
  const requests: Request[] = []
  /** Message ids that the gateway keeps, copies included. */
  const stored: string[] = []
  const errors: DeliveryError[] = []
  const warnings: string[] = []
  let outcomes: Outcome[] = []
  let always: (request: Request) => Outcome = () => 200
  let open = 0
  let most = 0

  const later = (run: () => void, ms: number, hold?: 'hold') => {
    const timer = { at: time + ms, run, isHolding: hold !== undefined }
    timers.add(timer)
    return () => timers.delete(timer)
  }

  const post = async (body: Buffer): Promise<Answer> => {
    const { batch, sentAt } = JSON.parse(body.toString()) as { batch: Event[]; sentAt: string }
    const ids = batch.map(({ messageId }) => messageId ?? '')
    const request = { at: time, bytes: body.length, sentAt, events: batch, ids }
    requests.push(request)
    most = Math.max(most, ++open)
    const outcome = outcomes.shift() ?? always(request)
    const status = typeof outcome === 'object' ? outcome.status : outcome
    if (outcome === 'cut') stored.push(...ids)
    else if (status === 200) stored.push(...ids.filter((_, index) => !rejectedIn(outcome).has(index)))
    if (outcome === 'hang') await new Promise<void>(resolve => later(resolve, DEADLINE_MS))
    else await new Promise(resolve => setImmediate(resolve))
    open--
    if (typeof outcome === 'object') return outcome
    if (typeof outcome === 'string') return { status: 0, retryAfter: null, text: outcome }
    return { status: outcome, retryAfter: null, text: outcome === 200 ? '{"success":true,"rejected":[]}' : '' }
  }

  const { transport: _, ...settings } = resolveOptions({ writeKey: 'wk', host: 'http://127.0.0.1', ...options })
  const client = createClient({
    ...settings,
    post,
    end: () => undefined,
    now: () => time,
    random: () => 0.5,
    randomUUID: () => `00000000-0000-4000-8000-${String(++uuids).padStart(12, '0')}`,
    later,
    warn: warning => warnings.push(warning.message),
    beforeExit(run) {
      exits.add(run)
      return () => exits.delete(run)
    },
  })

  /** Lets promises go on until nothing moves. */
  const settle = async () => {
    for (let idle = 0, seen = requests.length; idle < 3; idle++) {
      await new Promise<void>(resolve => setImmediate(resolve))
      if (requests.length !== seen) {
        seen = requests.length
        idle = 0
      }
    }
  }

  return {
    client,
    requests,
    stored,
    errors,
    warnings,
    settle,
    /** From here on every error is kept in `errors`. */
    listen: () => client.on('error', error => errors.push(error)),
    meet(...next: Outcome[]) {
      outcomes = next
    },
    meetAlways(next: (request: Request) => Outcome) {
      always = next
    },
    /** Most requests in flight at once so far. */
    most: () => most,
    now: () => time,
    /** Tracks an event; its id is `e1`, `e2` and so on. */
    track(text = ''): string {
      const messageId = `e${++calls}`
      client.track({ messageId, userId: 'u', event: 'Tested', properties: { text } })
      return messageId
    },
    /** What keeps the process alive. */
    holds: () => [...timers].filter(({ isHolding }) => isHolding).length,
    /** The event loop is empty. */
    exit() {
      for (const run of [...exits]) run()
    },
    exits: () => exits.size,
    /** Runs what is due in the next `ms`, in order of time. */
    async pass(ms: number) {
      await settle()
      const until = time + ms
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
        if (!next) break
        timers.delete(next)
        time = Math.max(time, next.at)
        next.run()
        await settle()
      }
      time = until
    },
  }
}
