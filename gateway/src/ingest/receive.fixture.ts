import type { CountRow, EventRow } from '@waymark/schemas/row'
import { createHotSet, type HotSet } from './dedupe.ts'
import { createAddressReader } from './enrich/address.ts'
import { createAgentReader } from './enrich/agent.ts'
import { createDeviceClocks, type DeviceClocks, historical } from './enrich/devices.ts'
import { factsAt, rowOf } from './enrich/rowOf.ts'
import { isFlaw } from './event/validate.ts'
import { type Accepted, type AcceptedEvents, listOf } from './keep.ts'
import { readKept } from './load/rows/readKept.ts'
import { createReceiver, type IngestRequest, type Receiver, type ReceiverEdges } from './receive.ts'
import type { Frame } from './spool/frame.ts'
import { frameText } from './spool/framePayload.ts'

export const RECEIVED_AT = Date.UTC(2026, 2, 1, 9, 5)
export const WEB = { sourceId: 'web', trust: 'browser' } as const
export const BACKEND = { sourceId: 'backend', trust: 'server' } as const

/** A frame with the rows that its events will be. */
export interface TestFrame extends Frame {
  readonly events: readonly EventRow[]
  readonly accepted: readonly Accepted[]
}

/** A spool in memory. `hold` makes appends wait until `release` or `fail`. */
export interface MemorySpool {
  readonly frames: TestFrame[]
  append(frame: Frame, accepted?: AcceptedEvents): Promise<void>
  hold(): void
  release(): void
  fail(error: Error): void
}

/** `moment`: when the events of a request happened, asked for each; by default what is learnt of them meanwhile decides. */
export function memorySpool(moment: DeviceClocks['place'] = createDeviceClocks().place): MemorySpool {
  const frames: TestFrame[] = []
  const readers = { readAgent: createAgentReader(), readAddress: createAddressReader() }
  let waiting: { frame: TestFrame; done: PromiseWithResolvers<void> }[] = []

  /** Read again from what is kept, as it will be. */
  function rowsIn({ request }: Frame): EventRow[] {
    if (request === null) return []
    const { facts, events, eventAt, trouble } = readKept(request)
    if (trouble !== null) throw new Error(trouble)
    return events.map((_, place) => {
      const event = eventAt(place)
      if (isFlaw(event)) throw new Error(event.message)
      const placing = facts.isHistorical ? historical : moment
      return rowOf(event, event.messageId ?? facts.ids?.[place] ?? '', factsAt(facts, place), {
        place: placing,
        ...readers,
      })
    })
  }

  let isHeld = false
  function settle(act: (one: (typeof waiting)[number]) => void): void {
    const now = waiting
    waiting = []
    isHeld = false
    now.forEach(act)
  }
  return {
    frames,
    append(given, accepted = listOf([])) {
      const frame = { ...given, accepted: accepted.newest(accepted.count), events: rowsIn(given) }
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

export function testEdge({ isSuppressed, redact }: Pick<ReceiverEdges, 'isSuppressed' | 'redact'> = {}): TestEdge {
  const spool = memorySpool()
  const conflicts: string[] = []
  const onConflict = (source: string, times: number) => void conflicts.push(...Array.from({ length: times }, () => source))
  const hotSet = createHotSet({ now: () => RECEIVED_AT, onConflict })
  let ids = 0
  const receive = createReceiver({
    append: spool.append,
    hotSet,
    now: () => RECEIVED_AT,
    randomUUID: () => `generated-${++ids}`,
    ...(isSuppressed === undefined ? {} : { isSuppressed }),
    ...(redact === undefined ? {} : { redact }),
  })
  return { spool, hotSet, receive, conflicts }
}

export function request(events: readonly unknown[], more: Partial<IngestRequest> = {}): IngestRequest {
  const { context, integrations } = more.shared ?? {}
  const body = Buffer.from(JSON.stringify({ batch: events, context, integrations }))
  return { source: WEB, events, shared: {}, body, bytes: body.length, userAgent: '', isHistorical: false, ...more }
}

/** All that is written to the disk of these frames, as text. */
export function keptText(frames: readonly TestFrame[]): string {
  return frames
    .map(frameText)
    .map(({ facts, lines, body }) => `${facts}${lines}${body}`)
    .join('\n')
}

/** What became of everything in these frames. */
export function totals(frames: readonly TestFrame[]) {
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
