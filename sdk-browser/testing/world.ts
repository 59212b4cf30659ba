/** A browser profile and a gateway in memory: pages share one storage, time passes only when a test says so. */
import type { Event } from '@waymark/schemas/event'
import type { DeliveryError } from '../src/api.ts'
import { createOutbox } from '../src/outbox.ts'
import { type Answer, createSender } from '../src/sender.ts'
import { createStore } from '../src/storage.ts'

/** A status, `lost`: never arrived, `cut`: stored, but the answer never came. */
export type Outcome = number | 'lost' | 'cut' | Answer

/** `room`: how many characters it may hold by now. */
export function memoryStorage(room = () => Number.POSITIVE_INFINITY): Storage {
  return Object.create({
    getItem(this: Record<string, string>, key: string) {
      return Object.hasOwn(this, key) ? this[key] : null
    },
    setItem(this: Record<string, string>, key: string, value: string) {
      const held = Object.entries(this).reduce((sum, [name, text]) => sum + (name === key ? 0 : name.length + text.length), 0)
      if (held + key.length + value.length > room()) throw new DOMException('full', 'QuotaExceededError')
      this[key] = value
    },
    removeItem(this: Record<string, string>, key: string) {
      delete this[key]
    },
  })
}

export interface Request {
  at: number
  keepalive: boolean
  bytes: number
  ids: string[]
}

export function createWorld({ capacity = 500_000 } = {}) {
  let room = Number.POSITIVE_INFINITY
  const storage = memoryStorage(() => room)
  let time = 1_000_000
  let pages = 0
  let isStorageBroken = false
  const timers = new Set<{ at: number; run: () => void; page: number }>()
  /** Message ids in order of arrival, copies included. */
  const arrived: string[] = []
  const requests: Request[] = []
  const errors: Omit<DeliveryError, 'message'>[] = []
  let outcomes: Outcome[] = []
  /** Holds answers back until `answer()`. */
  let held: (() => void)[] | undefined

  const post = async (body: string, keepalive: boolean): Promise<Answer> => {
    const { batch } = JSON.parse(body) as { batch: Event[] }
    const ids = batch.map(event => event.messageId ?? '')
    requests.push({ at: time, keepalive, bytes: body.length, ids })
    const outcome = outcomes.shift() ?? 200
    if (outcome === 200 || outcome === 'cut') arrived.push(...ids)
    if (held) await new Promise<void>(resolve => held?.push(resolve))
    if (typeof outcome === 'object') return outcome
    if (typeof outcome === 'string') throw new TypeError('Failed to fetch')
    return { status: outcome, retryAfter: null, text: outcome === 200 ? '{"success":true,"rejected":[]}' : '' }
  }

  /** Lets promises go on until nothing moves. */
  const settle = () => new Promise<void>(resolve => setImmediate(resolve))

  const open = (previous: string | null = null) => {
    const number = ++pages
    const owner = `page${String(number).padStart(4, '0')}`
    let isDead = false
    const never = new Promise<never>(() => undefined)
    const store = createStore(() => {
      if (isDead || isStorageBroken) throw new DOMException('full', 'QuotaExceededError')
      return storage
    })
    const outbox = createOutbox({
      store,
      writeKey: 'wk',
      owner,
      now: () => time,
      soon: queueMicrotask,
      committed: () => sender.wake(),
      dropped: lines => report('outbox_full', '', lines),
      capacity,
    })
    const report = (code: DeliveryError['code'], _: string, lines: readonly { text: string }[] = [], status = 0, willRetry = false) => {
      errors.push({ code, status, messageIds: lines.map(({ text }) => JSON.parse(text).messageId), willRetry })
    }
    const sender = createSender({
      outbox,
      writeKey: 'wk',
      post: async (body, keepalive) => {
        const answer = await post(body, keepalive).finally(() => (isDead ? never : undefined))
        return isDead ? never : answer
      },
      report,
      now: () => time,
      random: () => 0.5,
      later(run, ms) {
        const timer = { at: time + ms, run, page: number }
        timers.add(timer)
        return () => timers.delete(timer)
      },
      idle: () => undefined,
    })
    outbox.adopt(previous)
    sender.wake()
    return {
      owner,
      outbox,
      sender,
      /** The event's message id. */
      track(size = 10, shared = '"page":1'): string {
        const id = `${owner}-${outbox.next()}`
        outbox.add(id, shared, JSON.stringify({ messageId: id, text: 'x'.repeat(size) }))
        return id
      },
      /** The process is gone from one moment to the next. */
      kill() {
        isDead = true
        for (const timer of timers) if (timer.page === number) timers.delete(timer)
      },
    }
  }

  return {
    storage,
    arrived,
    requests,
    errors,
    open,
    settle,
    meet(...next: Outcome[]) {
      outcomes = next
    },
    breakStorage(isBroken: boolean) {
      isStorageBroken = isBroken
    },
    /** The site itself has filled it: what is there stays, nothing more goes in. */
    fillStorage() {
      room = Object.entries(storage).reduce((sum, [name, text]) => sum + name.length + text.length, 0)
    },
    holdAnswers() {
      held = []
    },
    async answer() {
      const waiting = held ?? []
      held = undefined
      for (const resolve of waiting) resolve()
      await settle()
    },
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
    queued: () => Object.keys(storage).filter(key => key.startsWith('wm_q_')),
  }
}
