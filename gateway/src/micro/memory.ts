/** What micro mode keeps instead of a warehouse: the newest events with what became of each, until they are forgotten on purpose. */

import type { EventRow } from '@waymark/schemas/row'
import { createAddressReader } from '../ingest/enrich/address.ts'
import { createAgentReader } from '../ingest/enrich/agent.ts'
import { createDeviceClocks, historical } from '../ingest/enrich/devices.ts'
import { REDACT, type Redact } from '../ingest/enrich/redact.ts'
import { factsAt, rowOf } from '../ingest/enrich/rowOf.ts'
import { isFlaw } from '../ingest/event/validate.ts'
import type { PassedOver, RefusedRequest } from '../ingest/live/entry.ts'
import type { LiveFeed } from '../ingest/live/feed.ts'
import { readKept } from '../ingest/load/rows/readKept.ts'
import type { KeptRequest } from '../ingest/spool/frame.ts'
import type { PlanOf } from '../plan/sourcePlan.ts'
import { type BrokenRule, brokenRules } from './brokenRule.ts'
import { createNewest, type Newest } from './newest.ts'

/** A stored event: its row, with times as ISO text and the JSON columns as the objects they hold. */
export type GoodEvent = { readonly [column in keyof EventRow]: unknown }

/** An event that was not stored, or a request none of whose events could be looked at. */
export interface BadEvent {
  readonly receivedAt: string
  readonly source: string
  /** Of the answer: 200 where the event alone was rejected. */
  readonly status: number
  readonly code: string
  /** JSON pointer into the event. */
  readonly path: string
  readonly message: string
  readonly messageId: string | null
  /** Place in its batch; null for a request. */
  readonly index: number | null
  /** The event as it came; for a request its path and the page that sent it. */
  readonly event: unknown
}

/** Counts of micro mode. */
export interface Totals {
  readonly total: number
  readonly good: number
  readonly bad: number
  /** Copies of good events: they are neither good nor bad. */
  readonly duplicates: number
  /** Rules of tracking plans that events broke, in whatever mode. */
  readonly violations: number
  /** Good and bad ones that were let go because newer ones needed the room. */
  readonly forgotten: number
}

export interface Memory {
  readonly live: Pick<LiveFeed, 'storing' | 'passedOver' | 'refused'>
  good(): readonly GoodEvent[]
  bad(): readonly BadEvent[]
  violations(): readonly BrokenRule[]
  /** Told of the rules that an event broke whose plan refuses it; those of stored ones are found here. */
  broke(rules: readonly BrokenRule[]): void
  totals(): Totals
  /** Resolves when something comes in, or after so long. */
  change(withinMs: number): Promise<void>
  reset(): void
}

/** Of good events, of bad ones and of broken rules each. */
const MOST = 10_000
/** Of each likewise, as JSON text: an event may be as large as six hundred usual ones. */
const MOST_BYTES = 64 * 1024 * 1024
/** Of what has no text of its own. */
const LEAST_BYTES = 1024

export interface MemoryEdges {
  readonly most?: number
  readonly mostBytes?: number
  readonly redact?: Redact
  readonly planOf?: PlanOf
}

export function createMemory({ most = MOST, mostBytes = MOST_BYTES, redact = REDACT, planOf = () => null }: MemoryEdges = {}): Memory {
  const readers = { readAgent: createAgentReader(), readAddress: createAddressReader(undefined, redact), redact }
  const waiting = new Set<() => void>()
  let state = empty(most, mostBytes)

  function add<T>(list: Newest<T>, items: readonly T[]): void {
    list.add(items)
    for (const wake of [...waiting]) wake()
  }

  /** Read again from what would be kept, as the gateway does when it loads it. */
  function stored(request: KeptRequest): { rows: GoodEvent[]; rules: BrokenRule[] } {
    const { facts, events, eventAt, trouble } = readKept(request)
    if (trouble !== null) throw new Error(trouble)
    const edges = { ...readers, place: facts.isHistorical ? historical : state.clocks.place }
    const planned = planOf(facts.source)
    const rules: BrokenRule[] = []
    const rows = events.map((_, place) => {
      const event = eventAt(place)
      if (isFlaw(event)) throw new Error(event.message)
      const messageId = event.messageId ?? facts.ids?.[place] ?? ''
      if (planned?.mode === 'observe')
        rules.push(
          ...brokenRules(event, planned.check(event), planned, { receivedAt: iso(facts.receivedAt), source: facts.source, messageId }),
        )
      return shown(rowOf(event, messageId, factsAt(facts, place), edges))
    })
    return { rows, rules }
  }

  return {
    live: {
      storing({ request, rejected }) {
        const { rows, rules } = request === null ? { rows: [], rules: [] } : stored(request)
        const bad = rejected.map(
          (row): BadEvent => ({
            receivedAt: iso(row.received_at),
            source: row.source_id,
            status: 200,
            code: row.code,
            path: row.path,
            message: row.message,
            messageId: row.message_id || null,
            index: row.index,
            event: parsed(row.raw),
          }),
        )
        return () => {
          add(state.violations, rules)
          add(state.good, rows)
          add(state.bad, bad)
        }
      },
      passedOver(events: readonly PassedOver[]) {
        state.duplicates += events.length
      },
      refused({ at, status, code, message, path, source, origin }: RefusedRequest) {
        const event = { request: path, ...(origin === '' ? {} : { origin }) }
        add(state.bad, [{ receivedAt: iso(at), source, status, code, path: '', message, messageId: null, index: null, event }])
      },
    },
    good: () => state.good.items,
    bad: () => state.bad.items,
    violations: () => state.violations.items,
    broke: rules => add(state.violations, rules),
    totals() {
      const { good, bad, duplicates, violations } = state
      const forgotten = good.forgotten + bad.forgotten
      return {
        total: good.items.length + bad.items.length + duplicates + forgotten,
        good: good.items.length,
        bad: bad.items.length,
        duplicates,
        violations: violations.items.length,
        forgotten,
      }
    },
    change: withinMs =>
      new Promise(done => {
        const wake = () => {
          clearTimeout(timer)
          waiting.delete(wake)
          done()
        }
        const timer = setTimeout(wake, withinMs)
        waiting.add(wake)
      }),
    reset() {
      state = empty(most, mostBytes)
    },
  }
}

function empty(most: number, mostBytes: number) {
  const room = { most, mostBytes }
  return {
    good: createNewest<GoodEvent>({ ...room, bytesOf: textBytes }),
    bad: createNewest<BadEvent>({ ...room, bytesOf: textBytes }),
    violations: createNewest<BrokenRule>({ ...room, bytesOf: textBytes }),
    duplicates: 0,
    clocks: createDeviceClocks(1000),
  }
}

function textBytes(item: unknown): number {
  return LEAST_BYTES + Buffer.byteLength(JSON.stringify(item))
}

const JSON_COLUMNS = ['consent', 'properties', 'traits', 'context'] as const
const TIME_COLUMNS = ['timestamp', 'original_timestamp', 'sent_at', 'received_at'] as const

function shown(row: EventRow): GoodEvent {
  const times = TIME_COLUMNS.map(name => [name, iso(row[name])] as const)
  const objects = JSON_COLUMNS.map(name => [name, parsed(row[name])] as const)
  return { ...row, ...Object.fromEntries([...times, ...objects]) }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

/** The text itself where it was cut. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
