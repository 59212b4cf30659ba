import type { EventType } from '@waymark/schemas/event'
import type { EventRow, RejectedRow } from '@waymark/schemas/row'
import { isRecord } from '../event/json.ts'

export const OUTCOMES = ['stored', 'rejected', 'refused', 'deduplicated', 'suppressed'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** One event that was answered, or one whole request that was refused; '' where nothing is known. */
export interface LiveEntry {
  /** Place in the feed: every event counts, listed or not. */
  readonly seq: number
  /** Received, epoch milliseconds. */
  readonly at: number
  readonly outcome: Outcome
  readonly source: string
  /** Type of the event; for a refused request its path. */
  readonly type: string
  readonly name: string
  /** User id, else anonymous id. */
  readonly person: string
  readonly account: string
  readonly url: string
  readonly path: string
  readonly messageId: string
  /** Why it was labelled a bot. */
  readonly bot: string
  readonly trouble: Trouble | null
  /** The event as JSON, cut at 8,192 characters. */
  readonly json: string
}

export interface Trouble {
  readonly code: string
  /** JSON pointer into the event. */
  readonly path: string
  readonly message: string
  /** Of the answer: 200 where the event alone was rejected. */
  readonly status: number
}

/** An event that ends without being stored: its original is durable, or its person must not be stored. */
export interface PassedOver {
  readonly outcome: 'deduplicated' | 'suppressed'
  readonly type: EventType
  readonly name: string
  readonly person: string
  readonly messageId: string
}

export interface RefusedRequest {
  readonly at: number
  readonly status: number
  readonly code: string
  readonly message: string
  /** Path of the request. */
  readonly path: string
  /** '' where the key was not known. */
  readonly source: string
  /** Page that sent it, as its `Origin` says. */
  readonly origin: string
}

const JSON_CHARS = 8192
const TEXT_CHARS = 300

type Shown = Omit<LiveEntry, 'seq' | 'at' | 'outcome'>

const NOTHING: Shown = {
  source: '',
  type: '',
  name: '',
  person: '',
  account: '',
  url: '',
  path: '',
  messageId: '',
  bot: '',
  trouble: null,
  json: '',
}

export function ofRow(row: EventRow): Shown {
  const { type, event, message_id, anonymous_id, user_id, group_id } = row
  const head = { type, event, messageId: message_id, anonymousId: anonymous_id, userId: user_id, groupId: group_id }
  const told = JSON.stringify(Object.fromEntries(Object.entries(head).filter(([, value]) => value !== '')))
  const page = JSON.stringify({ url: row.url, referrer: row.referrer, title: row.title })
  const body = `"page":${page},"properties":${row.properties},"traits":${row.traits},"context":${row.context}`
  return {
    ...NOTHING,
    source: row.source_id,
    type,
    name: cut(event || row.title),
    person: cut(user_id || anonymous_id),
    account: cut(group_id),
    url: cut(row.url),
    path: cut(row.path),
    messageId: cut(message_id),
    bot: cut(row.bot_reason),
    json: `${told.slice(0, -1)},${body}}`.slice(0, JSON_CHARS),
  }
}

export function ofRejected({ source_id, message_id, code, path, message, raw }: RejectedRow): Shown {
  const given = parsed(raw)
  return {
    ...NOTHING,
    source: source_id,
    type: textOf(given.type),
    name: textOf(given.event) || textOf(given.name),
    person: textOf(given.userId) || textOf(given.anonymousId),
    account: textOf(given.groupId),
    messageId: cut(message_id),
    trouble: { code, path: cut(path), message: cut(message), status: 200 },
    json: raw.slice(0, JSON_CHARS),
  }
}

export function ofRefused({ status, code, message, path, source, origin }: RefusedRequest): Shown {
  return { ...NOTHING, source, type: path, url: cut(origin), trouble: { code, path: '', message: cut(message), status } }
}

/** Of a suppressed person nothing is shown that could tell who it is. */
export function ofPassedOver({ outcome, type, name, person, messageId }: PassedOver, source: string): Shown {
  const shown = { ...NOTHING, source, type, name: cut(name) }
  return outcome === 'suppressed' ? shown : { ...shown, person: cut(person), messageId: cut(messageId) }
}

/** The fields of a rejected event, as far as it is an object that can be read at little cost. */
function parsed(raw: string): { readonly [name: string]: unknown } {
  if (raw.length > 2 * JSON_CHARS) return {}
  try {
    const value: unknown = JSON.parse(raw)
    return isRecord(value) ? value : {}
  } catch {
    // It was cut.
    return {}
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? cut(String(value)) : ''
}

function cut(text: string): string {
  return text.slice(0, TEXT_CHARS)
}
