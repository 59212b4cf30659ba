import type { EventType } from '@waymark/schemas/event'
import { isBlockedValue } from '@waymark/schemas/identifiers'
import { isRecord, type JsonObject } from './json.ts'

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

/**
 * The one shape that is validated, out of the dialects of Segment, RudderStack and ourselves:
 * `null` and '' mean absent, numbers become texts where ids belong, older names become today's, what the batch says once is said by each event.
 * Returns a new object, which may share parts with the given one; values of unexpected kinds are left for validation to name.
 */
export function normalise(given: JsonObject, shared: Shared): Normalised {
  const type = given.type ?? shared.type
  const isAlias = type === 'alias'
  const anonymousId = idOf(given.anonymousId)
  const context = contextOf(given.context, shared.context)
  const event: Normalised = {
    type,
    event: typeof given.event === 'string' ? given.event.trim() : (given.event ?? undefined),
    messageId: messageIdOf(given.messageId),
    anonymousId,
    // Segment of old wrote `from` and `to`; a browser's alias leaves the previous id to the anonymous one.
    userId: idOf(given.userId) ?? (isAlias ? idOf(given.to) : undefined),
    previousId: idOf(given.previousId) ?? (isAlias ? (idOf(given.from) ?? anonymousId) : undefined),
    groupId: idOf(given.groupId) ?? groupInContext(context),
    name: given.name ?? undefined,
    category: given.category ?? undefined,
    // RudderStack's Node SDK puts the time of the call into originalTimestamp, and beside it the time that the caller gave.
    timestamp: timeOf(given.timestamp ?? given.originalTimestamp ?? undefined),
    sentAt: timeOf(given.sentAt ?? sentAtOf(shared.sentAt)),
    context,
    integrations: merged(given.integrations ?? undefined, shared.integrations),
    properties: given.properties ?? undefined,
    traits: traitsOf(type, given.traits ?? undefined, context),
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
  return typeof id === 'string' && NO_MESSAGE_ID.has(id) ? undefined : id
}

/** Text without surrounding blanks, undefined for null and '', a number as text; anything else stays as it is. */
function idOf(value: unknown): unknown {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return value ?? undefined
  const text = value.trim()
  return text === '' ? undefined : text
}

// Numbers are no ISO text, but common: below 1e11 (1973 in milliseconds, 5138 in seconds) they are seconds.
function timeOf(value: unknown): unknown {
  if (typeof value !== 'number') return value
  const ms = Math.abs(value) < 1e11 ? value * 1000 : value
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(value)
}

// Junk in the envelope must not cost the events in it.
function sentAtOf(value: unknown): unknown {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}

/** RudderStack's identify has its traits only in the context. A group's traits are the account's, the context's are the person's. */
function traitsOf(type: unknown, traits: unknown, context: unknown): unknown {
  const inContext = isRecord(context) ? context.traits : undefined
  return type === 'group' || !isRecord(inContext) ? traits : merged(traits, inContext)
}

function groupInContext(context: unknown): unknown {
  return isRecord(context) ? context.groupId : undefined
}

/** Copied only where something in it is written otherwise than we write it. */
function contextOf(own: unknown, batch: JsonObject | undefined): unknown {
  const context = merged(own ?? undefined, batch)
  if (!isRecord(context)) return context
  const { groupId, page, campaign, library } = context
  const clean: JsonObject = {
    groupId: idOf(groupId),
    page: isRecord(page) ? withoutNulls(page) : (page ?? undefined),
    campaign: isRecord(campaign) ? withoutNulls(campaign) : (campaign ?? undefined),
    library: isRecord(library) ? withoutNulls(library) : (library ?? undefined),
  }
  const isAsItIs =
    clean.groupId === groupId && clean.page === page && clean.campaign === campaign && clean.library === library && !hasNull(context)
  return isAsItIs ? context : withoutAbsent({ ...context, ...clean })
}

/** `own` over `fallback`; a value that is no object wins as it is, so that validation can name it. */
function merged(own: unknown, fallback: JsonObject | undefined): unknown {
  if (fallback === undefined) return own
  return isRecord(own) ? { ...fallback, ...own } : (own ?? fallback)
}

function withoutNulls(value: JsonObject): JsonObject {
  return hasNull(value) ? withoutAbsent(value) : value
}

function hasNull(value: JsonObject): boolean {
  for (const key in value) if (value[key] === null) return true
  return false
}

function withoutAbsent(value: JsonObject): JsonObject {
  const result: JsonObject = {}
  for (const key in value) if (value[key] !== null && value[key] !== undefined) result[key] = value[key]
  return result
}
