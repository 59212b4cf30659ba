import type { EventType } from '@waymark/schemas/event'
import { isBlockedValue } from '@waymark/schemas/identifiers'
import { parseTime } from '../enrich/time.ts'
import { isRecord, type JsonObject } from './json.ts'
import { idOf, isNothing, objectOf, textOf, trimmed } from './kinds.ts'
import { normaliseContext } from './normaliseContext.ts'

/** What a request says once for all of its events. */
export interface Shared {
  readonly context?: JsonObject
  readonly integrations?: JsonObject
  readonly sentAt?: unknown
  /** From the route `/v1/track` and its like. */
  readonly type?: EventType
}

/** The members of an event that mean something to the gateway, undefined where absent. All of one shape: what reads it stays fast. */
export interface Normalised {
  type: unknown
  event: unknown
  messageId: unknown
  anonymousId: unknown
  userId: unknown
  previousId: unknown
  groupId: unknown
  name: unknown
  category: unknown
  timestamp: unknown
  sentAt: unknown
  context: unknown
  integrations: unknown
  properties: unknown
  traits: unknown
}

// Written by a client that turned nothing into text. As a message id they would make strangers' events duplicates of one another.
const NO_MESSAGE_ID: ReadonlySet<string> = new Set(['null', 'undefined', 'NaN', '[object Object]'])
const LONGEST_OF_NONE = Math.max(...[...NO_MESSAGE_ID].map(text => text.length))

/**
 * The one shape that is validated, out of the dialects of Segment, RudderStack and ourselves:
 * `null`, `false` and `[]` mean absent where something else belongs, '' where an id or an object does; numbers become texts where those belong,
 * older names become today's, what the batch says once is said by each event.
 * Returns a new object, which may share parts with the given one; what says something in another shape is left for validation to name.
 */
export function normalise(given: JsonObject, shared: Shared): Normalised {
  const type = given.type ?? shared.type
  const isAlias = type === 'alias'
  const anonymousId = idOf(given.anonymousId)
  const context = contextOf(given.context, shared.context)
  const event: Normalised = {
    type,
    event: typeof given.event === 'string' ? trimmed(given.event) : isNothing(given.event) ? undefined : given.event,
    messageId: messageIdOf(given.messageId),
    anonymousId,
    // Segment of old wrote `from` and `to`; a browser's alias leaves the previous id to the anonymous one.
    userId: idOf(given.userId) ?? (isAlias ? idOf(given.to) : undefined),
    previousId: idOf(given.previousId) ?? (isAlias ? (idOf(given.from) ?? anonymousId) : undefined),
    groupId: idOf(given.groupId) ?? groupInContext(context),
    name: textOf(given.name),
    category: textOf(given.category),
    // RudderStack's Node SDK puts the time of the call into originalTimestamp, and beside it the time that the caller gave.
    timestamp: happenedAt(timeOf(given.timestamp), timeOf(given.originalTimestamp)),
    sentAt: sentAtOf(given.sentAt, shared.sentAt),
    context,
    // `"All"` and its like say nothing that could be done.
    integrations: isRecord(given.integrations) ? merged(given.integrations, shared.integrations) : shared.integrations,
    properties: objectOf(given.properties),
    traits: traitsOf(type, objectOf(given.traits), context),
  }
  if (typeof event.userId === 'string' && typeof event.anonymousId === 'string') dropBlocked(event, event.userId, event.anonymousId)
  return event
}

/** An id such as `undefined` would make one person of everybody; where the event has another id, it is dropped and told in the context. */
function dropBlocked(event: Normalised, userId: string, anonymousId: string): void {
  const isUserBlocked = isBlockedValue(userId)
  if (isUserBlocked === isBlockedValue(anonymousId)) return
  const blockedIds = isUserBlocked ? { userId } : { anonymousId }
  event.context = { ...(isRecord(event.context) ? event.context : {}), blockedIds }
  event[isUserBlocked ? 'userId' : 'anonymousId'] = undefined
}

/** The message id that an event has, undefined when what stands there is none. */
export function messageIdOf(value: unknown): unknown {
  const id = idOf(value)
  return typeof id === 'string' && id.length <= LONGEST_OF_NONE && NO_MESSAGE_ID.has(id) ? undefined : id
}

// Numbers are no ISO text, but common: below 1e11 (1973 in milliseconds, 5138 in seconds) they are seconds.
function timeOf(value: unknown): string | undefined {
  if (typeof value === 'string') return isBlank(value) ? undefined : value
  if (isNothing(value)) return undefined
  // Stored as the time that could not be read.
  if (typeof value !== 'number') return JSON.stringify(value)
  const ms = Math.abs(value) < 1e11 ? value * 1000 : value
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(value)
}

function isBlank(text: string): boolean {
  return text === '' || (text.charCodeAt(0) <= 0x20 && text.trim() === '')
}

/** What the caller gave, unless only the other can be read; of two that cannot be read, the first is told. */
function happenedAt(given: string | undefined, called: string | undefined): string | undefined {
  if (given === undefined || called === undefined) return given ?? called
  return parseTime(given) === null && parseTime(called) !== null ? called : given
}

/** When it left, by the event, else by its batch: of use only where it can be read. */
function sentAtOf(own: unknown, shared: unknown): string | undefined {
  const text = own === undefined ? undefined : timeOf(own)
  if (text !== undefined && parseTime(text) !== null) return text
  return typeof shared === 'string' || typeof shared === 'number' ? timeOf(shared) : undefined
}

/** RudderStack's identify has its traits only in the context. A group's traits are the account's, the context's are the person's. */
function traitsOf(type: unknown, traits: unknown, context: unknown): unknown {
  const inContext = isRecord(context) ? context.traits : undefined
  return type === 'group' || !isRecord(inContext) ? traits : merged(traits, inContext)
}

function groupInContext(context: unknown): unknown {
  return isRecord(context) ? context.groupId : undefined
}

function contextOf(own: unknown, batch: JsonObject | undefined): unknown {
  const context = merged(objectOf(own), batch)
  return isRecord(context) ? normaliseContext(context) : context
}

/** `own` over `fallback`; a value that is no object wins as it is, so that validation can name it. */
function merged(own: unknown, fallback: JsonObject | undefined): unknown {
  if (fallback === undefined) return own
  return isRecord(own) ? { ...fallback, ...own } : (own ?? fallback)
}
