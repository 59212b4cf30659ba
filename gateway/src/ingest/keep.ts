/** What is kept of a request: its body as it came, or, where something of it must not be kept, a body with the rest. Pure. */
import type { Event } from '@waymark/schemas/event'
import { LIMITS } from '@waymark/schemas/limits'
import type { FindOrigin, Origin } from './enrich/origin.ts'
import { mayHoldAddress } from './event/addressMembers.ts'
import { isRecord, type JsonObject } from './event/json.ts'
import { keepable } from './event/keepable.ts'
import { createSanitiser } from './event/sanitise.ts'
import type { IngestRequest } from './receive.ts'
import type { KeptRequest, RequestFacts } from './spool/frame.ts'

/** An event that is to be stored. */
export interface Accepted {
  readonly event: Event
  readonly messageId: string
  /** In its request. */
  readonly index: number
}

/** Events that are to be stored, for those who look at a few of them. */
export interface AcceptedEvents {
  readonly count: number
  /** The last so many, in order. To be asked for before the turn ends. */
  newest(most: number): readonly Accepted[]
}

export function listOf(accepted: readonly Accepted[]): AcceptedEvents {
  return { count: accepted.length, newest: most => accepted.slice(accepted.length - Math.min(most, accepted.length)) }
}

/**
 * The body as it came where all of it is to be stored: most requests, and they cost nothing. One with rejected or suppressed events,
 * with copies, with members that are never stored, with much more text than its events can come to, or with what may be the address of a visitor is written
 * anew from the events that are left, sanitised as they were judged.
 */
export function keptOf(accepted: readonly Accepted[], request: IngestRequest, receivedAt: number): KeptRequest | null {
  if (accepted.length === 0) return null
  const { events, findOrigin } = request
  const isWhole = request.isReduced !== true && accepted.length === events.length
  const isAsItCame = isWhole && !isBloated(request.bytes, events.length) && !mayHoldAddress(request.body)
  const origins = findOrigin === undefined ? null : ownOrigins(accepted, findOrigin)
  return {
    body: isAsItCame ? request.body : written(accepted, request),
    events: accepted.length,
    facts: { ...factsOf(request, receivedAt, ownIds(accepted)), ...(origins === null ? {} : { origins }) },
  }
}

/** `ids`: for events that came without, by place in the body; null where there are none. */
export function factsOf(
  {
    source,
    shared,
    userAgent,
    userAgentData,
    isHistorical,
    origin,
  }: Pick<IngestRequest, 'source' | 'shared' | 'userAgent' | 'userAgentData' | 'isHistorical' | 'origin'>,
  receivedAt: number,
  ids: RequestFacts['ids'] | null,
): RequestFacts {
  const { sentAt, type } = shared
  return {
    source: source.sourceId,
    trust: source.trust,
    receivedAt,
    userAgent: userAgent.slice(0, LIMITS.userAgentChars),
    isHistorical,
    ...(userAgentData === undefined ? {} : { userAgentData }),
    ...(type === undefined ? {} : { type }),
    ...(typeof sentAt === 'string' || typeof sentAt === 'number' ? { sentAt } : {}),
    ...(ids === null || ids === undefined ? {} : { ids }),
    ...(origin === null || origin === undefined ? {} : { origin }),
  }
}

/** Whether most of the body is nothing that events are made of: digits that no number holds, members that others of the same name replace, spaces. */
export function isBloated(bytes: number, events: number): boolean {
  return bytes > 2 * LIMITS.eventBytes * events
}

function written(accepted: readonly Accepted[], { events, shared, texts }: IngestRequest): Buffer {
  const { context, integrations } = shared
  const sanitised = createSanitiser(texts)
  const batch = accepted.map(({ index }) => keepable(sanitised(events[index]).value))
  return Buffer.from(JSON.stringify({ batch, context: isRecord(context) ? addressless(context) : undefined, integrations }))
}

function addressless({ ip: _, ...context }: JsonObject): JsonObject {
  return context
}

/** null where no event names an address. One that cannot be told (`0.0.0.0`) is not that of the request either: the sender hides it. */
function ownOrigins(accepted: readonly Accepted[], find: FindOrigin): { [place: string]: Origin | null } | null {
  let origins: { [place: string]: Origin | null } | null = null
  for (let place = 0; place < accepted.length; place++) {
    const address = accepted[place]?.event.context?.ip
    if (address === undefined) continue
    origins ??= {}
    origins[place] = find(address)
  }
  return origins
}

/** null where every event came with a message id. */
function ownIds(accepted: readonly Accepted[]): { [place: string]: string } | null {
  let ids: { [place: string]: string } | null = null
  for (let place = 0; place < accepted.length; place++) {
    const one = accepted[place]
    if (one === undefined || one.event.messageId !== undefined) continue
    ids ??= {}
    ids[place] = one.messageId
  }
  return ids
}
