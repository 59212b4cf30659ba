/** Reads an event: what is its own is noted in its record, the rest of its bytes is gathered. */
import { isAsWritten } from './asWritten'
import { byteAt, CLOSE_OBJECT, COMMA, endOfBody, OPEN_OBJECT, QUOTE } from './body'
import { beginGathering, endGathering, ofPage, rest } from './gathered'
import { internText } from './interning'
import { hasEscape, isNamed, textEnd, valueEnd, valueStart } from './json'
import { isWhole, numberOf } from './numbers'
import {
  ANONYMOUS_ID,
  EVENT_NAME,
  flag,
  HAS_SEQUENCE,
  hasMessageId,
  IS_AS_WRITTEN,
  IS_UNUSUAL,
  isFlagged,
  MESSAGE_ID,
  note,
  PROPERTIES,
  readTime,
  SENT_AT,
  SEQUENCE,
  SESSION_ID,
  set,
  USER_ID,
  WHOLE,
} from './record'

/** Whose members are read. */
const OF_EVENT: i32 = 0
const OF_CONTEXT: i32 = 1
const OF_PAGE: i32 = 2

let isSingle: bool = false
let hasType: bool = false
let isTrack: bool = false
let propertiesKey: usize = 0
let propertiesStart: usize = 0
let propertiesEnd: usize = 0

/** Tells of the event that begins here, in the record that was begun. Gives where it ends, 0 where that is not to be told. `facts`, `track`: as for `read`; `single`: the event is the body. */
export function readEvent(start: usize, facts: i32, track: bool, single: bool): usize {
  beginGathering()
  isSingle = single
  isTrack = track
  hasType = false
  propertiesStart = 0
  const after = readMembers(start, OF_EVENT)
  if (after === 0) return 0
  note(WHOLE, start, after)
  if (propertiesStart !== 0) endProperties()
  // One without a message id has it elsewhere.
  if (!hasMessageId()) flag(IS_UNUSUAL)
  if (!isFlagged(IS_UNUSUAL)) endGathering(facts, hasType)
  return after
}

/** A track's own; those of a page tell of the page, and come again. */
function endProperties(): void {
  if (!isTrack || load<u8>(propertiesStart) !== OPEN_OBJECT) {
    ofPage(propertiesKey, propertiesEnd)
    return
  }
  // Only that they are there.
  ofPage(propertiesKey, propertiesKey + 12)
  note(PROPERTIES, propertiesStart, propertiesEnd)
  if (isAsWritten(propertiesStart, propertiesEnd)) flag(IS_AS_WRITTEN)
}

/** Gives the place behind the object, 0 where it has no end. */
function readMembers(start: usize, whose: i32): usize {
  let at = valueStart(start + 1, endOfBody())
  while (byteAt(at) === QUOTE) {
    const keyEnd = textEnd(at + 1, endOfBody())
    const value = valueStart(valueStart(keyEnd + 1, endOfBody()) + 1, endOfBody())
    const after =
      whose === OF_EVENT
        ? readOfEvent(at, keyEnd, value)
        : whose === OF_CONTEXT
          ? readOfContext(at, keyEnd, value)
          : readOfPage(at, keyEnd, value)
    if (after === 0 || after > endOfBody()) return 0
    at = valueStart(after, endOfBody())
    if (byteAt(at) !== COMMA) break
    at = valueStart(at + 1, endOfBody())
  }
  return byteAt(at) === CLOSE_OBJECT ? at + 1 : 0
}

/** As `readMembers`; where the object is and how it ends belongs to the rest. */
function readInner(key: usize, value: usize, whose: i32): usize {
  rest(key, value + 1)
  const after = readMembers(value, whose)
  if (after !== 0) rest(after - 1, after)
  return after
}

/**
 * Of what is the event's own, it is gathered only that it is there; all else is gathered as it stands. Gives the place behind the value, 0 or
 * more than `end` where it has no end.
 */
function readOfEvent(key: usize, keyEnd: usize, value: usize): usize {
  const name = key + 1
  if (byteAt(value) === OPEN_OBJECT && isNamed(name, keyEnd, 'context')) return readInner(key, value, OF_CONTEXT)
  const after = valueEnd(value, endOfBody())
  if (after > endOfBody()) return 0
  const isText = byteAt(value) === QUOTE
  const from = value + 1
  const to = after - 1
  switch (<i32>(keyEnd - name)) {
    case 4:
      if (isText && isNamed(name, keyEnd, 'type')) {
        hasType = true
        isTrack = isNamed(from, to, 'track')
        // What it says of one id depends on the other.
        if (isNamed(from, to, 'alias')) flag(IS_UNUSUAL)
        ofPage(key, after)
      } else if (isNamed(name, keyEnd, 'name')) ofPage(key, after)
      break
    case 5:
      if (isNamed(name, keyEnd, 'event') && isText && isPlain(from, to)) return own(EVENT_NAME, key, from, to)
      // Then it is no event after all.
      if (isSingle && isNamed(name, keyEnd, 'batch')) return 0
      break
    case 6:
      if (isNamed(name, keyEnd, 'userId') && isText && isPlain(from, to)) return own(USER_ID, key, from, to)
      if (isNamed(name, keyEnd, 'sentAt')) {
        if (isText && isPlain(from, to)) note(SENT_AT, from, to)
        else flag(IS_UNUSUAL)
        return after
      }
      break
    case 8:
      if (isNamed(name, keyEnd, 'category')) ofPage(key, after)
      break
    case 9:
      if (isNamed(name, keyEnd, 'messageId') && isText && isPlain(from, to)) {
        note(MESSAGE_ID, from, to)
        return after
      }
      if (isNamed(name, keyEnd, 'timestamp')) {
        readTime(from, to, isText)
        return after
      }
      break
    case 10:
      if (isNamed(name, keyEnd, 'properties')) {
        propertiesKey = key
        propertiesStart = value
        propertiesEnd = after
        return after
      }
      break
    case 11:
      if (isNamed(name, keyEnd, 'anonymousId') && isText && isPlain(from, to)) return own(ANONYMOUS_ID, key, from, to)
      break
    case 17:
      if (isNamed(name, keyEnd, 'originalTimestamp')) {
        readTime(from, to, isText)
        return after
      }
      break
  }
  rest(key, after)
  return after
}

/** A text of the event's own, that comes again with others of the same visitor. Gives the place behind its quote. */
function own(word: i32, key: usize, from: usize, to: usize): usize {
  note(word, from, to)
  set(word + 2, internText(from, to - from))
  rest(key, from)
  return to + 1
}

function readOfContext(key: usize, keyEnd: usize, value: usize): usize {
  const name = key + 1
  if (byteAt(value) === OPEN_OBJECT && isNamed(name, keyEnd, 'page')) return readInner(key, value, OF_PAGE)
  const after = valueEnd(value, endOfBody())
  if (after > endOfBody()) return 0
  switch (<i32>(keyEnd - name)) {
    case 8:
      // It says how one came to the page, and what of it has no column.
      if (isNamed(name, keyEnd, 'campaign')) ofPage(key, after)
      break
    case 9:
      if (isNamed(name, keyEnd, 'sessionId')) {
        const isText = byteAt(value) === QUOTE && after - value > 2 && !hasEscape(value + 1, after - 1)
        if (isText) return own(SESSION_ID, key, value + 1, after - 1)
        if (isWhole(value, after, 15)) {
          own(SESSION_ID, key, value, after)
          return after
        }
      } else if (isNamed(name, keyEnd, 'clientSeq') && isWhole(value, after, 9)) {
        set(SEQUENCE, numberOf(value, after))
        flag(HAS_SEQUENCE)
        rest(key, keyEnd)
        return after
      }
      break
  }
  rest(key, after)
  return after
}

/** What becomes columns; the rest of it stays in the context. */
function readOfPage(key: usize, keyEnd: usize, value: usize): usize {
  const name = key + 1
  const after = valueEnd(value, endOfBody())
  if (after > endOfBody()) return 0
  const hasColumn =
    isNamed(name, keyEnd, 'url') || isNamed(name, keyEnd, 'path') || isNamed(name, keyEnd, 'referrer') || isNamed(name, keyEnd, 'title')
  if (hasColumn) ofPage(key, after)
  else rest(key, after)
  return after
}

/** A text that is stored as it stands: not empty, without escapes, and with nothing at its edges that is cut off. */
function isPlain(from: usize, to: usize): bool {
  return to > from && isPrinted(load<u8>(from)) && isPrinted(load<u8>(to - 1)) && !hasEscape(from, to)
}

function isPrinted(byte: u8): bool {
  return byte > 0x20 && byte < 0x7f
}
