import type { Event } from '@waymark/schemas/event'
import type { CountRow } from '@waymark/schemas/row'
import { createHotSet, type HotSet } from './dedupe.ts'
import { createAddressReader } from './enrich/address.ts'
import { createAgentReader } from './enrich/agent.ts'
import { createDeviceClocks } from './enrich/devices.ts'
import { createReceiver, type IngestRequest, type Receiver } from './receive.ts'
import type { Frame } from './spool/frame.ts'

export const RECEIVED_AT = Date.UTC(2026, 2, 1, 9, 5)
export const WEB = { sourceId: 'web', trust: 'browser' } as const
export const BACKEND = { sourceId: 'backend', trust: 'server' } as const

/** A spool in memory. `hold` makes appends wait until `release` or `fail`. */
export interface MemorySpool {
  readonly frames: Frame[]
  append(frame: Frame): Promise<void>
  hold(): void
  release(): void
  fail(error: Error): void
}

export function memorySpool(): MemorySpool {
  const frames: Frame[] = []
  let waiting: { frame: Frame; done: PromiseWithResolvers<void> }[] = []
  let isHeld = false
  function settle(act: (one: (typeof waiting)[number]) => void): void {
    const now = waiting
    waiting = []
    isHeld = false
    now.forEach(act)
  }
  return {
    frames,
    append(frame) {
      const done = Promise.withResolvers<void>()
      if (isHeld) waiting.push({ frame, done })
      else {
        frames.push(frame)
        done.resolve()
      }
      return done.promise
    },
    hold() {
      isHeld = true
    },
    release() {
      settle(({ frame, done }) => {
        frames.push(frame)
        done.resolve()
      })
    },
    fail(error) {
      settle(({ done }) => done.reject(error))
    },
  }
}

export interface TestEdge {
  readonly spool: MemorySpool
  readonly hotSet: HotSet
  readonly receive: Receiver
  /** Source of each copy whose content was another than that of the first. */
  readonly conflicts: string[]
}

export function testEdge({ isSuppressed }: { isSuppressed?: (event: Event) => boolean } = {}): TestEdge {
  const spool = memorySpool()
  const conflicts: string[] = []
  const onConflict = (source: string, times: number) => void conflicts.push(...Array.from({ length: times }, () => source))
  const hotSet = createHotSet({ now: () => RECEIVED_AT, onConflict })
  let ids = 0
  const receive = createReceiver({
    append: frame => spool.append(frame),
    hotSet,
    clocks: createDeviceClocks(),
    readAgent: createAgentReader(),
    readAddress: createAddressReader(),
    now: () => RECEIVED_AT,
    randomUUID: () => `generated-${++ids}`,
    ...(isSuppressed === undefined ? {} : { isSuppressed }),
  })
  return { spool, hotSet, receive, conflicts }
}

export function request(events: readonly unknown[], more: Partial<IngestRequest> = {}): IngestRequest {
  return { source: WEB, events, shared: {}, bytes: Buffer.byteLength(JSON.stringify(events)), userAgent: '', isHistorical: false, ...more }
}

/** What became of everything in these frames. */
export function totals(frames: readonly Frame[]) {
  const sum = (of: (row: CountRow) => number) => frames.flatMap(({ counts }) => counts).reduce((total, row) => total + of(row), 0)
  return {
    received: sum(row => row.received),
    stored: frames.flatMap(({ events }) => events).length,
    deduplicated: sum(row => row.deduplicated),
    rejected: sum(row => row.rejected),
    suppressed: sum(row => row.suppressed),
  }
}

export function track(messageId: string, more: { [key: string]: unknown } = {}) {
  return { type: 'track', event: 'Tested', userId: 'u', messageId, ...more }
}
