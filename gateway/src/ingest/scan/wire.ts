/**
 * What a usual request says, member by member: narrower than what is accepted (`event/normalise.ts`, the schema of the wire), for what is
 * not in here is read by the parser. Pure.
 */
import { LIMITS } from '@waymark/schemas/limits'
import { member, NULL, NUMBER, OBJECT, type Shape, TEXT } from './shape.ts'

/** Where the walk notes what of an event. */
export const EVENT_SLOTS = {
  type: 0,
  event: 1,
  messageId: 2,
  userId: 3,
  anonymousId: 4,
  groupId: 5,
  timestamp: 6,
  originalTimestamp: 7,
} as const

export const EVENT_SLOT_COUNT = 8

/** Where the walk notes what of the envelope. */
export const ENVELOPE_SLOTS = { writeKey: 8, source: 9, sentAt: 10, context: 11, integrations: 12 } as const
export const SLOT_COUNT = 13

const text = member(TEXT | NULL)
const object = member(OBJECT | NULL)
/** Nothing is surely good. */
const never = member(0)
/** An id of somebody: '' and null are none, a number is one as text. */
const id = (slot: number) => member(TEXT | NUMBER | NULL, { isPlain: true, most: LIMITS.idChars, slot })
const name = member(TEXT | NULL, { most: LIMITS.nameChars })
const content = member(OBJECT | NULL, { isContent: true })

const page: Shape = { url: text, path: text, referrer: text, search: text, title: text }
const campaign: Shape = { name: text, source: text, medium: text, term: text, content: text, id: text }
const library: Shape = { name: text, version: text }

const context: Shape = {
  page: member(OBJECT | NULL, { shape: page }),
  campaign: member(OBJECT | NULL, { shape: campaign }),
  library: member(OBJECT | NULL, { shape: library }),
  groupId: id(-1),
  sessionId: member(TEXT | NUMBER | NULL),
  clientSeq: member(NUMBER | NULL),
  userAgent: text,
  userAgentData: object,
  locale: text,
  timezone: text,
  traits: object,
  consent: object,
  // An address of a visitor is not kept, so the body cannot stay as it came.
  ip: never,
}

const plain = (slot: number) => member(TEXT, { isPlain: true, slot })

/** What stands there is not kept, as with that of the context. */
const addresses = { ip: never, request_ip: never } as const

const eventMembers = {
  type: plain(EVENT_SLOTS.type),
  event: member(TEXT | NULL, { isPlain: true, most: LIMITS.nameChars, slot: EVENT_SLOTS.event }),
  messageId: member(TEXT, { isPlain: true, most: LIMITS.messageIdChars, slot: EVENT_SLOTS.messageId }),
  userId: id(EVENT_SLOTS.userId),
  anonymousId: id(EVENT_SLOTS.anonymousId),
  groupId: id(EVENT_SLOTS.groupId),
  name,
  category: name,
  timestamp: member(TEXT | NULL, { isPlain: true, slot: EVENT_SLOTS.timestamp }),
  originalTimestamp: member(TEXT | NULL, { isPlain: true, slot: EVENT_SLOTS.originalTimestamp }),
  sentAt: text,
  context: member(OBJECT | NULL, { shape: context }),
  integrations: object,
  properties: content,
  traits: content,
  ...addresses,
} as const

const writeKey = plain(ENVELOPE_SLOTS.writeKey)
const source = plain(ENVELOPE_SLOTS.source)

/** An event of a batch. */
const EVENT: Shape = eventMembers
/** A body that is one event. */
export const SINGLE_EVENT: Shape = { ...eventMembers, writeKey, source, batch: never }
/** A body with a batch. */
export const ENVELOPE: Shape = {
  writeKey,
  source,
  sentAt: plain(ENVELOPE_SLOTS.sentAt),
  context: member(OBJECT, { shape: context, slot: ENVELOPE_SLOTS.context }),
  integrations: member(OBJECT, { slot: ENVELOPE_SLOTS.integrations }),
  batch: member(0, { elements: EVENT }),
  ...addresses,
}
