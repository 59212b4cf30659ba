/**
 * Wire types: what an SDK sends, in the words and shapes of the Segment spec.
 * `schemas/wire/event.schema.json` is generated from this file (`npm run schemas`), so both always agree.
 * The gateway normalises first, then validates: numbers become texts where those belong; `null`, `false`, `[]` and, for ids and objects, ''
 * become absent where something else belongs.
 */

/** ISO 8601 date and time with a zone, e.g. `2026-03-01T09:05:00.000Z`. */
export type Timestamp = string

/**
 * An identifier of a person or account.
 * @minLength 1
 * @maxLength 200
 */
export type Id = string

/** Free-form JSON object. */
export type Json = { [key: string]: unknown }

/** Where a visit came from; `utm_campaign` is `name`, every other `utm_x` drops its prefix. */
export interface Campaign {
  name?: string
  source?: string
  medium?: string
  term?: string
  content?: string
  id?: string
  [key: string]: unknown
}

export interface PageContext {
  url?: string
  path?: string
  referrer?: string
  search?: string
  title?: string
  [key: string]: unknown
}

export interface Context {
  page?: PageContext
  campaign?: Campaign
  /** The account this very event belongs to; it outranks every membership of the person. */
  groupId?: Id | number | null
  /** Session the SDK counted: 30 minutes without an event end it. */
  sessionId?: string | number
  /** Order of this event on its device; survives wrong clocks. Whole number ≥ 0. */
  clientSeq?: number
  userAgent?: string
  userAgentData?: Json
  locale?: string
  timezone?: string
  ip?: string
  library?: { name?: string; version?: string; [key: string]: unknown }
  traits?: Json
  consent?: Json
  [key: string]: unknown
}

/** What every call carries. */
export interface EventBase {
  /**
   * Chosen once by the sender, kept over every retry; unique per source.
   * @minLength 1
   * @maxLength 100
   */
  messageId?: string
  anonymousId?: Id
  userId?: Id
  /** When it happened, by the sender's clock. */
  timestamp?: Timestamp
  /** RudderStack's name for `timestamp`; counts where that is absent or cannot be read. */
  originalTimestamp?: Timestamp
  /** When this attempt left the sender, by the same clock. */
  sentAt?: Timestamp
  context?: Context
  integrations?: Json
}

/** Somebody did something: `Demo Requested`. */
export interface TrackEvent extends EventBase {
  type: 'track'
  /**
   * Object and past-tense action.
   * @minLength 1
   * @maxLength 200
   */
  event: string
  properties?: Json
}

/** Somebody saw a page. */
export interface PageEvent extends EventBase {
  type: 'page'
  /** @maxLength 200 */
  name?: string
  /** @maxLength 200 */
  category?: string
  properties?: Json
}

/** Somebody saw a screen of an app. */
export interface ScreenEvent extends EventBase {
  type: 'screen'
  /** @maxLength 200 */
  name?: string
  /** @maxLength 200 */
  category?: string
  properties?: Json
}

/** Who somebody is. */
export interface IdentifyEvent extends EventBase {
  type: 'identify'
  traits?: Json
}

/** Which account somebody belongs to. */
export interface GroupEvent extends EventBase {
  type: 'group'
  groupId: Id
  traits?: Json
}

/** Two identifiers of one person; links them only when sent with a server key. */
export interface AliasEvent extends EventBase {
  type: 'alias'
  previousId: Id
}

export type Event = TrackEvent | PageEvent | ScreenEvent | IdentifyEvent | GroupEvent | AliasEvent
export type EventType = Event['type']
export const EVENT_TYPES = ['track', 'page', 'screen', 'identify', 'group', 'alias'] as const satisfies readonly EventType[]

/** Body of `POST /v1/batch`. `context` and `integrations` are defaults for every event. */
export interface Batch {
  batch: Event[]
  /** Where no `Authorization: Basic` header is possible, i.e. in browsers without a preflight. */
  writeKey?: string
  sentAt?: Timestamp
  context?: Context
  integrations?: Json
}

/** Why one event of a batch was not accepted; the others were. */
export interface Rejection {
  /** Place in the batch, from 0. */
  index: number
  messageId: string | null
  code: RejectionCode
  /** JSON pointer into the event, '' for the event itself. */
  path: string
  message: string
}

export type RejectionCode =
  | 'not_an_object'
  | 'unknown_type'
  | 'required'
  | 'wrong_type'
  | 'wrong_format'
  | 'too_short'
  | 'too_long'
  | 'missing_id'
  | 'event_too_large'
  | 'too_deep'
  | 'too_many_keys'
  | 'not_storable'
  | 'unplanned_event'
  | 'unplanned_property'
  | 'plan_required'
  | 'plan_wrong_type'
  | 'plan_wrong_value'

/** Answer of every ingest route; `accepted` = received − rejected, duplicates count as accepted. */
export interface IngestReply {
  success: true
  accepted: number
  rejected: Rejection[]
}
