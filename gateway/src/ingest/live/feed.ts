import { createAddressReader } from '../enrich/address.ts'
import { createAgentReader } from '../enrich/agent.ts'
import { historical } from '../enrich/devices.ts'
import { REDACT, type Redact } from '../enrich/redact.ts'
import { type RowEdges, rowOf } from '../enrich/rowOf.ts'
import type { Accepted, AcceptedEvents } from '../keep.ts'
import type { Frame, KeptRequest } from '../spool/frame.ts'
import {
  type LiveEntry,
  OUTCOMES,
  type Outcome,
  ofPassedOver,
  ofRefused,
  ofRejected,
  ofRow,
  type PassedOver,
  type RefusedRequest,
} from './entry.ts'
import { createLane, type LaneLimits } from './lane.ts'

/** What to list; '' takes everything. */
export interface LiveFilter {
  readonly source: string
  readonly outcome: string
  /** Part of a name, id, address, code or message, in any case. */
  readonly text: string
}

export interface LiveBatch {
  /** Oldest first. */
  readonly entries: readonly LiveEntry[]
  /** Came in as well and are not listed here, because they were too many. */
  readonly more: number
  /** Where the next batch begins. */
  readonly last: number
}

/**
 * What this process has answered in the last moments, for people who look whether their event arrives. Each ingest process has a feed
 * of its own, in memory. It costs the ingest path a few additions a request and, up to the limits of each outcome, a copy of the entry:
 * with thousands of events a second the newest of each request are listed and the rest counted.
 */
export interface LiveFeed {
  /** Other feeds, those of earlier starts included, have other ids. */
  readonly id: string
  /** Reads what it lists of a frame and the events in it, and gives the function to be called once that is durable: the events need not be kept until then. */
  storing(frame: Frame, accepted: AcceptedEvents): () => void
  /** To be told after the request they came with is durable. */
  passedOver(events: readonly PassedOver[], source: string, at: number): void
  refused(request: RefusedRequest): void
  /** What came after a place, at most so many: what went wrong before what went well, then the newest. */
  since(after: number, filter: LiveFilter, most: number): LiveBatch
  /** Sources in the list, sorted. */
  sources(): readonly string[]
  /** Events a second, stored or not, over the last ten seconds; refused requests count as one. */
  perSecond(): number
}

// A lane for each outcome: a flood of one, also of strangers with no key, pushes nothing of the others out.
const LIMITS: { readonly [outcome in Outcome]: LaneLimits } = {
  stored: { keep: 200, perSecond: 100 },
  rejected: { keep: 100, perSecond: 40 },
  refused: { keep: 50, perSecond: 20 },
  deduplicated: { keep: 50, perSecond: 20 },
  suppressed: { keep: 50, perSecond: 20 },
}
const RATE_SECONDS = 10
const REMEMBERED = 500

/** Entries that are read and not listed yet. */
interface Reading {
  readonly outcome: Outcome
  readonly at: number
  readonly count: number
  readonly newest: readonly LiveEntry[]
}

export interface LiveFeedEdges {
  readonly now: () => number
  /** As what is stored is cleaned of secrets. */
  readonly redact?: Redact
}

export function createLiveFeed({ now, redact = REDACT }: LiveFeedEdges): LiveFeed {
  const lanes = new Map(OUTCOMES.map(outcome => [outcome, createLane<LiveEntry>(LIMITS[outcome])]))
  const arrivals = new Map<number, number>()
  const place = { last: 0 }
  // Only what is listed is enriched here, a few events a second; no time of day is shown that a clock would have to be known for.
  const rowEdges: RowEdges = {
    place: historical,
    readAgent: createAgentReader(REMEMBERED),
    readAddress: createAddressReader(REMEMBERED, redact),
    redact,
  }

  /** `newest` gives the last so many. */
  function read<T>(
    outcome: Outcome,
    at: number,
    count: number,
    newest: (most: number) => readonly T[],
    asEntry: (item: T) => Omit<LiveEntry, 'seq' | 'at' | 'outcome'>,
  ): Reading {
    const granted = count === 0 ? 0 : (lanes.get(outcome)?.grant(count, at) ?? 0)
    if (granted === 0) return { outcome, at, count, newest: [] }
    return { outcome, at, count, newest: newest(granted).map(item => detached({ seq: 0, at, outcome, ...asEntry(item) })) }
  }

  function readAll<T>(outcome: Outcome, at: number, items: readonly T[], asEntry: (item: T) => Omit<LiveEntry, 'seq' | 'at' | 'outcome'>) {
    return read(outcome, at, items.length, most => items.slice(items.length - most), asEntry)
  }

  function list({ outcome, at, count, newest }: Reading): void {
    if (count === 0) return
    place.last += count
    arrive(at, count)
    const first = place.last - newest.length + 1
    for (const [index, entry] of newest.entries()) lanes.get(outcome)?.push({ ...entry, seq: first + index })
  }

  function arrive(at: number, count: number): void {
    const second = Math.floor(at / 1000)
    const before = arrivals.get(second)
    if (before === undefined) for (const old of arrivals.keys()) if (old <= second - RATE_SECONDS) arrivals.delete(old)
    arrivals.set(second, (before ?? 0) + count)
  }

  const listed = () => [...lanes.values()].flatMap(lane => lane.entries()).sort((a, b) => a.seq - b.seq)

  return {
    id: now().toString(36),
    storing({ request, rejected }, accepted) {
      const asRow = ({ event, messageId }: Accepted, { facts }: KeptRequest) => ofRow(rowOf(event, messageId, facts, rowEdges))
      const stored =
        request === null
          ? readAll('stored', 0, [], ofRow)
          : read('stored', request.facts.receivedAt, accepted.count, accepted.newest, one => asRow(one, request))
      const refused = readAll('rejected', rejected[0]?.received_at ?? 0, rejected, ofRejected)
      return () => {
        list(stored)
        list(refused)
      }
    },
    passedOver(events, source, at) {
      for (const outcome of ['deduplicated', 'suppressed'] as const) {
        const of = events.filter(event => event.outcome === outcome)
        list(readAll(outcome, at, of, event => ofPassedOver(event, source)))
      }
    },
    refused(request) {
      list(readAll('refused', request.at, [request], ofRefused))
    },
    since(after, filter, most) {
      const known = listed().filter(({ seq }) => seq > after)
      const matching = known.filter(entry => matches(entry, filter))
      const isTrouble = ({ trouble }: LiveEntry) => trouble !== null
      const entries = [...matching.filter(entry => !isTrouble(entry)), ...matching.filter(isTrouble)].slice(-most)
      const unlisted = place.last - after - known.length
      return {
        entries: entries.sort((a, b) => a.seq - b.seq),
        more: after === 0 ? 0 : unlisted + matching.length - entries.length,
        last: place.last,
      }
    },
    sources: () => [...new Set(listed().map(({ source }) => source))].filter(source => source !== '').sort(),
    perSecond() {
      const from = Math.floor(now() / 1000) - RATE_SECONDS
      return [...arrivals].reduce((sum, [second, count]) => sum + (second > from ? count : 0), 0) / RATE_SECONDS
    },
  }
}

// A text cut from a request's body would hold all of that body in memory.
function detached(entry: LiveEntry): LiveEntry {
  return JSON.parse(JSON.stringify(entry)) as LiveEntry
}

function matches(entry: LiveEntry, { source, outcome, text }: LiveFilter): boolean {
  if (source !== '' && entry.source !== source) return false
  if (outcome !== '' && entry.outcome !== outcome) return false
  if (text === '') return true
  const { type, name, person, account, url, path, messageId, trouble } = entry
  const words = [type, name, person, account, url, path, messageId, trouble?.code, trouble?.message]
  return words.join('\n').toLowerCase().includes(text.toLowerCase())
}
