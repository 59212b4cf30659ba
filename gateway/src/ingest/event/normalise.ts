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

const IDS = ['messageId', 'anonymousId', 'userId', 'previousId', 'groupId'] as const
// Written by a client that turned nothing into text. As a message id they would make strangers' events duplicates of one another.
const NO_MESSAGE_ID: ReadonlySet<string> = new Set(['null', 'undefined', 'NaN', '[object Object]'])

/**
 * The one shape that is validated, out of the dialects of Segment, RudderStack and ourselves:
 * `null` and '' mean absent, numbers become texts where ids belong, older names become today's, what the batch says once is said by each event.
 * Returns a new object; values of unexpected kinds are left for validation to name.
 */
export function normalise(given: JsonObject, shared: Shared): JsonObject {
  const { writeKey: _key, _metadata, from, to, ...rest } = given
  const event = withoutNulls(rest)
  event.type ??= shared.type

  for (const name of IDS) settle(event, name, idOf(event[name]))
  settle(event, 'messageId', messageIdOf(event.messageId))
  if (typeof event.event === 'string') event.event = event.event.trim()

  settle(event, 'sentAt', timeOf(event.sentAt ?? sentAtOf(shared.sentAt)))
  settle(event, 'timestamp', timeOf(event.originalTimestamp ?? event.timestamp))
  settle(event, 'context', contextOf(event.context, shared.context))
  settle(event, 'integrations', merged(event.integrations, shared.integrations))
  delete event.originalTimestamp

  if (event.type === 'alias') nameAlias(event, idOf(from), idOf(to))
  settle(event, 'traits', traitsOf(event))
  settle(event, 'groupId', event.groupId ?? groupInContext(event.context))
  dropBlocked(event, 'userId', 'anonymousId')
  dropBlocked(event, 'anonymousId', 'userId')
  return event
}

/** An id such as `undefined` would make one person of everybody; where the event has another id, it is dropped and told in the context. */
function dropBlocked(event: JsonObject, name: 'userId' | 'anonymousId', other: 'userId' | 'anonymousId'): void {
  const [id, rest] = [event[name], event[other]]
  if (typeof id !== 'string' || !isBlockedValue(id) || typeof rest !== 'string' || isBlockedValue(rest)) return
  event.context = { ...(isRecord(event.context) ? event.context : {}), blockedIds: { [name]: id } }
  delete event[name]
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

/** Segment of old wrote `from` and `to`; a browser's alias leaves the previous id to the anonymous one. */
function nameAlias(event: JsonObject, from: unknown, to: unknown): void {
  settle(event, 'previousId', event.previousId ?? from ?? event.anonymousId)
  settle(event, 'userId', event.userId ?? to)
}

/** RudderStack's identify has its traits only in the context. A group's traits are the account's, the context's are the person's. */
function traitsOf(event: JsonObject): unknown {
  const inContext = isRecord(event.context) ? event.context.traits : undefined
  return event.type === 'group' ? event.traits : merged(event.traits, isRecord(inContext) ? inContext : undefined)
}

function groupInContext(context: unknown): unknown {
  return isRecord(context) ? context.groupId : undefined
}

function contextOf(own: unknown, batch: JsonObject | undefined): unknown {
  const context = merged(own, batch)
  if (!isRecord(context)) return context
  const clean = withoutNulls(context)
  for (const part of ['page', 'campaign', 'library'] as const) {
    const value = clean[part]
    if (isRecord(value)) clean[part] = withoutNulls(value)
  }
  settle(clean, 'groupId', idOf(clean.groupId))
  return clean
}

/** `own` over `fallback`; a value that is no object wins as it is, so that validation can name it. */
function merged(own: unknown, fallback: JsonObject | undefined): unknown {
  if (fallback === undefined) return own
  return isRecord(own) ? { ...fallback, ...own } : (own ?? fallback)
}

function withoutNulls(value: JsonObject): JsonObject {
  const result: JsonObject = {}
  for (const key of Object.keys(value)) if (value[key] !== null) result[key] = value[key]
  return result
}

function settle(target: JsonObject, name: string, value: unknown): void {
  if (value === undefined) delete target[name]
  else target[name] = value
}
