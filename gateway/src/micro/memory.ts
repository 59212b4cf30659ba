/** What micro mode keeps instead of a warehouse: the newest events with what became of each, until they are forgotten on purpose. */
import type { EventRow } from '@waymark/schemas/row'
import { createAddressReader } from '../ingest/enrich/address.ts'
import { createAgentReader } from '../ingest/enrich/agent.ts'
import { createDeviceClocks, historical } from '../ingest/enrich/devices.ts'
import { REDACT, type Redact } from '../ingest/enrich/redact.ts'
import { factsAt, rowOf } from '../ingest/enrich/rowOf.ts'
import type { PassedOver, RefusedRequest } from '../ingest/live/entry.ts'
import type { LiveFeed } from '../ingest/live/feed.ts'
import { readKept } from '../ingest/load/rows/readKept.ts'
import type { KeptRequest } from '../ingest/spool/frame.ts'

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

export interface Totals {
  readonly total: number
  readonly good: number
  readonly bad: number
  /** Copies of good events: they are neither good nor bad. */
  readonly duplicates: number
  /** Good and bad ones that were let go because newer ones needed the room. */
  readonly forgotten: number
}

export interface Memory {
  readonly live: Pick<LiveFeed, 'storing' | 'passedOver' | 'refused'>
  good(): readonly GoodEvent[]
  bad(): readonly BadEvent[]
  totals(): Totals
  /** Resolves when something comes in, or after so long. */
  change(withinMs: number): Promise<void>
  reset(): void
}

/** Of good and of bad events each. */
const MOST = 10_000

export function createMemory({ most = MOST, redact = REDACT }: { readonly most?: number; readonly redact?: Redact } = {}): Memory {
  const readers = { readAgent: createAgentReader(), readAddress: createAddressReader(undefined, redact), redact }
  const waiting = new Set<() => void>()
  let state = empty()

  function add<T>(list: T[], items: readonly T[]): void {
    list.push(...items)
    const over = list.length - most
    if (over > 0) {
      list.splice(0, over)
      state.forgotten += over
    }
    for (const wake of [...waiting]) wake()
  }

  /** Read again from what would be kept, as the gateway does when it loads it. */
  function rowsIn(request: KeptRequest): GoodEvent[] {
    const { facts, events, judge, trouble } = readKept(request)
    if (trouble !== null) throw new Error(trouble)
    const edges = { ...readers, place: facts.isHistorical ? historical : state.clocks.place }
    return events.map((given, place) => {
      const verdict = judge(given)
      if (!verdict.ok) throw new Error(verdict.flaw.message)
      return shown(rowOf(verdict.event, verdict.event.messageId ?? facts.ids?.[place] ?? '', factsAt(facts, place), edges))
    })
  }

  return {
    live: {
      storing({ request, rejected }) {
        const rows = request === null ? [] : rowsIn(request)
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
    good: () => state.good,
    bad: () => state.bad,
    totals() {
      const { good, bad, duplicates, forgotten } = state
      return { total: good.length + bad.length + duplicates + forgotten, good: good.length, bad: bad.length, duplicates, forgotten }
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
      state = empty()
    },
  }
}

function empty() {
  const good: GoodEvent[] = []
  const bad: BadEvent[] = []
  return { good, bad, duplicates: 0, forgotten: 0, clocks: createDeviceClocks(1000) }
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
