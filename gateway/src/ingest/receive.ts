import type { Event, IngestReply, Rejection } from '@waymark/schemas/event'
import type { CountRow, RejectedRow } from '@waymark/schemas/row'
import type { Source } from '../keys/ring.ts'
import type { Flight, HotSet } from './dedupe.ts'
import type { ClientHints } from './enrich/hints.ts'
import type { FindOrigin, Origin } from './enrich/origin.ts'
import { REDACT, type Redact } from './enrich/redact.ts'
import { createJudge } from './event/judge.ts'
import type { Shared } from './event/normalise.ts'
import type { Flaw, Texts } from './event/sanitise.ts'
import { type Accepted, type AcceptedEvents, keptOf, listOf } from './keep.ts'
import type { PassedOver } from './live/entry.ts'
import type { Frame } from './spool/frame.ts'

/** A readable request of a known source. */
export interface IngestRequest {
  readonly source: Source
  readonly events: readonly unknown[]
  readonly shared: Shared
  /** JSON text that the events are in, as `decode` gives it. Taken over: nobody may write to it. */
  readonly body: Buffer
  /** Of the JSON text. */
  readonly bytes: number
  readonly texts?: Texts
  /** User agent of the visitor as the request tells it, '' where it does not. */
  readonly userAgent: string
  readonly userAgentData?: ClientHints | undefined
  /** Where the address that the request came from is registered; null or absent: not known, or not the visitor's. */
  readonly origin?: Origin | null | undefined
  /** Looks up addresses that events name; without it nothing is looked up. */
  readonly findOrigin?: FindOrigin | undefined
  /** An import from a trusted side: times are taken as they are, up to now. */
  readonly isHistorical: boolean
  /** Something of the body is not in `events` or `shared`, because it is never stored: the body must not be kept. */
  readonly isReduced?: boolean
}

export interface ReceiverEdges {
  /** Resolves when the frame survives a crash. Should not hold on to the events that are in it until then. */
  readonly append: (frame: Frame, accepted: AcceptedEvents) => Promise<void>
  readonly hotSet: HotSet
  readonly now: () => number
  readonly randomUUID: () => string
  /** People who must not be stored. */
  readonly isSuppressed?: (event: Event) => boolean
  /** Whether the tracking plan of the source refuses the event, and what is then kept of it. */
  readonly checkPlan?: (event: Event, given: unknown, request: IngestRequest) => { readonly flaw: Flaw; readonly raw: string } | null
  /** Takes out of a rejected event what must not be stored of addresses. */
  readonly redact?: Redact
  /** Told of events that were not stored and are not in the frame, once the request is durable. */
  readonly onPassedOver?: (events: readonly PassedOver[], source: string, receivedAt: number) => void
}

/** Takes requests in: when it resolves, every event of the request is durable in exactly one of four ways. */
export type Receiver = (request: IngestRequest) => Promise<IngestReply>

interface Candidate extends Accepted {
  readonly print: number
  /** The sender gave no message id: nothing can ever be a copy of this event, so nothing is asked or remembered. */
  readonly isAnonymous: boolean
}

interface Sorted {
  readonly candidates: readonly Candidate[]
  readonly rejections: readonly Rejection[]
  readonly rejected: readonly RejectedRow[]
  readonly suppressed: number
  readonly deduplicated: number
  readonly passedOver: readonly PassedOver[]
}

/** What a request has besides the events to be stored. */
type Rest = Pick<Sorted, 'rejected' | 'suppressed' | 'deduplicated' | 'passedOver'>

export function createReceiver({
  append,
  hotSet,
  now,
  randomUUID,
  isSuppressed = () => false,
  checkPlan,
  redact = REDACT,
  onPassedOver,
}: ReceiverEdges): Receiver {
  function sort(request: IngestRequest, receivedAt: number): Sorted {
    const { events, shared, bytes, texts, source } = request
    const judge = createJudge({ ...shared, bytes, redact, ...(texts === undefined ? {} : { texts }) })
    const candidates: Candidate[] = []
    const rejections: Rejection[] = []
    const rejected: RejectedRow[] = []
    const passedOver: PassedOver[] = []
    let suppressed = 0
    for (let index = 0; index < events.length; index++) {
      const verdict = judge(events[index])
      if (verdict.ok && isSuppressed(verdict.event)) {
        suppressed++
        passedOver.push(passed('suppressed', verdict.event, ''))
        continue
      }
      const refused = verdict.ok ? (checkPlan?.(verdict.event, events[index], request) ?? null) : verdict
      if (refused !== null) {
        const { flaw, raw } = refused
        const messageId = verdict.ok ? (verdict.event.messageId ?? null) : verdict.messageId
        rejections.push({ index, messageId, ...flaw })
        rejected.push({
          source_id: source.sourceId,
          received_at: receivedAt,
          index,
          message_id: messageId ?? '',
          ...flaw,
          raw: redact(raw),
        })
      } else if (verdict.ok) {
        const { event, print } = verdict
        candidates.push({ event, messageId: event.messageId ?? randomUUID(), index, print, isAnonymous: event.messageId === undefined })
      }
    }
    return { candidates, rejections, rejected, suppressed, deduplicated: 0, passedOver }
  }

  /** Claimed keys are marked only once they are durable, and given back when they are not. */
  function store({ own }: Claims, flight: Flight, request: IngestRequest, receivedAt: number, rest: Rest): Promise<void> {
    try {
      const counts = countsOf(request.source.sourceId, receivedAt, own.length, rest)
      const frame = { request: keptOf(own, request, receivedAt), rejected: rest.rejected, counts }
      const durable = counts.length > 0 ? append(frame, listOf(own)) : Promise.resolve()
      return settled(durable, flight)
    } catch (error) {
      flight.settle(false)
      throw error
    }
  }

  function tell(events: readonly PassedOver[], { sourceId }: Source, receivedAt: number): void {
    if (events.length > 0) onPassedOver?.(events, sourceId, receivedAt)
  }

  function told(durable: Promise<void>, events: readonly PassedOver[], source: Source, receivedAt: number): Promise<void> {
    return durable.then(() => tell(events, source, receivedAt))
  }

  function keep(candidates: readonly Candidate[], request: IngestRequest, receivedAt: number, rest: Rest): Promise<void> {
    const flight = hotSet.open(request.source.sourceId)
    const claims = claim(candidates, flight)
    const passedOver = claims.seen.length === 0 ? rest.passedOver : [...rest.passedOver, ...claims.seen.map(asCopy)]
    // Own events go first: two requests that wait for each other's must not both hold theirs back.
    const durable = store(claims, flight, request, receivedAt, { ...rest, deduplicated: rest.deduplicated + claims.seen.length })
    return claims.copies.length === 0
      ? told(durable, passedOver, request.source, receivedAt)
      : keepCopies(durable, claims.copies, request, receivedAt, passedOver)
  }

  async function keepCopies(
    durable: Promise<void>,
    copies: Claims['copies'],
    request: IngestRequest,
    receivedAt: number,
    passedOver: readonly PassedOver[],
  ): Promise<void> {
    await durable
    tell(passedOver, request.source, receivedAt)
    const outcomes = await Promise.all(copies.map(async ({ candidate, landed }) => ({ candidate, isDurable: await landed })))
    const left = outcomes.filter(({ isDurable }) => !isDurable).map(({ candidate }) => candidate)
    const over = outcomes.filter(({ isDurable }) => isDurable).map(({ candidate }) => asCopy(candidate))
    await keep(left, request, receivedAt, { rejected: [], suppressed: 0, deduplicated: over.length, passedOver: over })
  }

  // All up to the disk is one turn, and nothing that waits for the disk holds on to the request: else the events of every
  // request under way would be moved about by the garbage collector until the disk is done.
  return request => {
    const receivedAt = now()
    const { candidates, rejections, ...rest } = sort(request, receivedAt)
    const accepted = request.events.length - rejections.length
    return answered(keep(candidates, request, receivedAt, rest), { success: true, accepted, rejected: [...rejections] })
  }
}

function answered(durable: Promise<void>, reply: IngestReply): Promise<IngestReply> {
  return durable.then(() => reply)
}

function settled(durable: Promise<void>, flight: Flight): Promise<void> {
  return durable.then(
    () => flight.settle(true),
    (error: unknown) => {
      flight.settle(false)
      throw error
    },
  )
}

interface Claims {
  readonly own: readonly Candidate[]
  /** In flight in another request: copies if that succeeds, ours if it fails. */
  readonly copies: readonly { readonly candidate: Candidate; readonly landed: Promise<boolean> }[]
  /** Durable already, or earlier in the same request. */
  readonly seen: readonly Candidate[]
}

function claim(candidates: readonly Candidate[], flight: Flight): Claims {
  // All of them, in almost every request.
  let own: Candidate[] | null = null
  const copies: { candidate: Candidate; landed: Promise<boolean> }[] = []
  const seen: Candidate[] = []
  candidates.forEach((candidate, place) => {
    const answer = candidate.isAnonymous ? 'new' : flight.claim(candidate.messageId, candidate.print)
    if (answer === 'new') {
      own?.push(candidate)
      return
    }
    own ??= candidates.slice(0, place)
    if (answer === 'seen') seen.push(candidate)
    else copies.push({ candidate, landed: answer })
  })
  return { own: own ?? candidates, copies, seen }
}

function asCopy({ event, messageId }: Candidate): PassedOver {
  return passed('deduplicated', event, messageId)
}

function passed(outcome: PassedOver['outcome'], event: Event, messageId: string): PassedOver {
  const { type, userId, anonymousId } = event
  return { outcome, type, name: type === 'track' ? event.event : '', person: userId ?? anonymousId ?? '', messageId }
}

const HOUR_MS = 3_600_000

/** The row that a request is counted in; none for a request without events. */
export function countsOf(sourceId: string, receivedAt: number, stored: number, rest: Omit<Rest, 'passedOver'>): CountRow[] {
  const { suppressed, deduplicated } = rest
  const rejected = rest.rejected.length
  const received = stored + rejected + suppressed + deduplicated
  if (received === 0) return []
  return [{ source_id: sourceId, hour: receivedAt - (receivedAt % HOUR_MS), received, deduplicated, rejected, suppressed }]
}
