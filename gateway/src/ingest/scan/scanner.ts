/** Says of a usual request, from its bytes alone, what the answer needs to know of each event: that it is accepted, its message id, its print. */
import { isUtf8 } from 'node:buffer'
import type { EventType } from '@waymark/schemas/event'
import { LIMITS } from '@waymark/schemas/limits'
import { parseTime } from '../enrich/time.ts'
import { isBloated } from '../keep.ts'
import { mostShared } from '../request/decode.ts'
import { bytePrint } from './bytePrint.ts'
import { isAt } from './shape.ts'
import { next, OPEN_OBJECT } from './tokens.ts'
import { readObject } from './values.ts'
import { createWalk, startWalk, type Walk } from './walk.ts'
import { ENVELOPE, ENVELOPE_SLOTS, EVENT_SLOT_COUNT, EVENT_SLOTS, SINGLE_EVENT, SLOT_COUNT } from './wire.ts'

/** A request all of whose events are accepted. It is one object for all requests: what it holds is of the last one. */
export interface Scanned {
  readonly body: Buffer
  readonly count: number
  /** By place: where the event stands in the body. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** By place: where its message id stands, which is ASCII without escapes. */
  readonly idStarts: Int32Array
  readonly idEnds: Int32Array
  /** By place: as `printOf` has it. */
  readonly prints: Int32Array
  /** Text of a member of the envelope; for an object its JSON. */
  envelope(name: keyof typeof ENVELOPE_SLOTS): string | undefined
}

export interface ScanOptions {
  /** The body is one event. */
  readonly single: boolean
  /** Of events that do not say their own. */
  readonly type?: EventType | undefined
}

/** null: nothing is sure, and the request is to be parsed. */
export type Scanner = (body: Buffer, options: ScanOptions) => Scanned | null

/** As JSON text anew an event is no more than twice as long. */
const MOST_EVENT = LIMITS.eventBytes / 4
const MOST_SHARED = LIMITS.eventBytes / 8

interface Mutable extends Scanned {
  body: Buffer
  count: number
}

/** Law: what it accepts is accepted by the judge (`event/judge.ts`), with the same ids and prints, in the same order, and may be kept as it came: no address of a visitor is in it. */
export function createScanner(): Scanner {
  const { starts, ends, idStarts, idEnds } = places()
  const prints = new Int32Array(LIMITS.batchEvents)
  const walk = createWalk(SLOT_COUNT, { begin, end })
  let routeType: EventType | undefined

  const scanned: Mutable = {
    body: Buffer.alloc(0),
    count: 0,
    starts,
    ends,
    idStarts,
    idEnds,
    prints,
    envelope(name) {
      const slot = ENVELOPE_SLOTS[name]
      const start = walk.starts[slot] ?? -1
      return start < 0 ? undefined : scanned.body.toString('utf8', start, walk.ends[slot])
    },
  }

  function begin(): void {
    walk.keys = 0
    walk.contentBytes = 0
    walk.starts.fill(-1, 0, EVENT_SLOT_COUNT)
  }

  function end(start: number): boolean {
    const place = scanned.count
    if (place >= LIMITS.batchEvents || (walk.end > LIMITS.eventBytes && walk.at - start > MOST_EVENT)) return false
    const type = typeOf(walk) ?? routeType
    if (type === undefined || !isWhole(walk, type)) return false
    prints[place] = bytePrint(walk, type)
    starts[place] = start
    ends[place] = walk.at
    idStarts[place] = walk.starts[EVENT_SLOTS.messageId] ?? 0
    idEnds[place] = walk.ends[EVENT_SLOTS.messageId] ?? 0
    scanned.count = place + 1
    return true
  }

  return (body, { single, type }) => {
    scanned.body = body
    scanned.count = 0
    routeType = type
    startWalk(walk, body)
    if (body.length > LIMITS.inflatedBytes || next(walk) !== OPEN_OBJECT) return null
    const start = walk.at++
    if (!readObject(walk, single ? SINGLE_EVENT : ENVELOPE, 0) || (single && !end(start))) return null
    if (scanned.count === 0 || next(walk) !== 0 || walk.at !== walk.end) return null
    if (isBloated(body.length, scanned.count) || !isSharedSmall(walk, scanned.count) || (walk.anyWide && !isUtf8(body))) return null
    return scanned
  }
}

function places() {
  const some = () => new Int32Array(LIMITS.batchEvents)
  return { starts: some(), ends: some(), idStarts: some(), idEnds: some() }
}

/** What the batch says once is weighed with each event. */
function isSharedSmall({ starts, ends, end }: Walk, count: number): boolean {
  const { context, integrations } = ENVELOPE_SLOTS
  let bytes = 0
  for (const slot of [context, integrations]) if ((starts[slot] ?? -1) >= 0) bytes += (ends[slot] ?? 0) - (starts[slot] ?? 0)
  return (end <= LIMITS.eventBytes || bytes <= MOST_SHARED) && (2 * bytes + 16) * count <= mostShared(end, count)
}

const TYPES = (['track', 'page', 'screen', 'identify', 'group'] as const).map(type => ({ type, bytes: Uint8Array.from(Buffer.from(type)) }))

/** The type that the event says; undefined where it says none. An alias is left to the parser. */
function typeOf({ bytes, starts, ends }: Walk): EventType | 'alias' | undefined {
  const start = starts[EVENT_SLOTS.type] ?? -1
  if (start < 0) return undefined
  const length = (ends[EVENT_SLOTS.type] ?? 0) - start
  for (const { type, bytes: text } of TYPES) if (text.length === length && isAt(bytes, start, text)) return type
  return 'alias'
}

/** Whether all is there that such an event needs. */
function isWhole(walk: Walk, type: EventType): boolean {
  const { event, groupId, userId, anonymousId } = EVENT_SLOTS
  if (type === 'alias' || !isMessageId(walk)) return false
  if (type === 'track' && !isGiven(walk, event)) return false
  if (type === 'group' && !isGiven(walk, groupId)) return false
  if (!isTimeClear(walk)) return false
  return isGiven(walk, userId) || isGiven(walk, anonymousId)
}

/** Of two times the first counts, where it can be read. */
function isTimeClear(walk: Walk): boolean {
  const { timestamp, originalTimestamp } = EVENT_SLOTS
  const { bytes, starts, ends } = walk
  const start = starts[timestamp] ?? -1
  if (start < 0 || (starts[originalTimestamp] ?? -1) < 0) return true
  const end = ends[timestamp] ?? 0
  if (end - start > MOST_TIME) return false
  let text = ''
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] ?? 0)
  return parseTime(text) !== null
}

/** Characters of the longest time that is read here. */
const MOST_TIME = 40

function isGiven({ starts, ends }: Walk, slot: number): boolean {
  const start = starts[slot] ?? -1
  return start >= 0 && (ends[slot] ?? 0) > start
}

/** By its first byte and length it is none of the texts that clients make of nothing: `null`, `undefined`, `NaN`, `[object Object]`. */
function isMessageId({ bytes, starts, ends }: Walk): boolean {
  const start = starts[EVENT_SLOTS.messageId] ?? -1
  if (start < 0) return false
  const length = (ends[EVENT_SLOTS.messageId] ?? 0) - start
  const first = bytes[start]
  if (length === 4) return first !== 0x6e
  if (length === 9) return first !== 0x75
  if (length === 3) return first !== 0x4e
  return length > 0 && (length !== 15 || first !== 0x5b)
}
