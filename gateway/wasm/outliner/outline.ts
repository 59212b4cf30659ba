/**
 * Outlines of the events of a request: what each has of its own (ids, times, its place in a session), and numbers for the rest of its bytes,
 * one for what tells of the page and one for all else. AssemblyScript. The bytes are JSON that the scanner took: strict, no key twice or with an escape in it, ids and times plain ASCII.
 * That is not checked again, but nothing outside of the body is read either: what makes no sense ends the reading.
 */
import { isAsWritten } from './asWritten'
import { INPUT, internOften, internText, prepare } from './interning'
import { hasEscape, isNamed, textEnd, valueEnd, valueStart } from './json'
import { isWhole, numberOf, timeOf } from './numbers'

/** Words of 32 bits in a record. Places are offsets in the body; of two words, the second is where it ends. */
const WORDS: i32 = 26
// The flags are the first.
/** Eight bytes: epoch milliseconds. */
const TIME: i32 = 2
const WHOLE: i32 = 4
const MESSAGE_ID: i32 = 6
const SENT_AT: i32 = 8
const PROPERTIES: i32 = 10
/** Place, end, and the number of the text. */
const ANONYMOUS_ID: i32 = 12
const USER_ID: i32 = 15
const SESSION_ID: i32 = 18
const EVENT_NAME: i32 = 21
const SEQUENCE: i32 = 24
/** Numbers of what tells of the page, and of all else. 0: seen for the first time. */
const PAGE: i32 = 1
const REST: i32 = 25

/** Somebody else is to read this event. */
const IS_UNUSUAL: i32 = 1
/** Its properties stand there as `JSON.stringify` would write them. */
const IS_AS_WRITTEN: i32 = 2
const HAS_SEQUENCE: i32 = 4
const HAS_TIME: i32 = 8

const MOST_EVENTS: i32 = 2500
const RECORDS: usize = memory.data(260000, 16)
const MOST_GATHERED: usize = 65536
/** Bytes are copied sixteen at a time. */
const REST_BYTES: usize = memory.data(65536 + 16, 16)
const PAGE_BYTES: usize = memory.data(65536 + 16, 16)

/** Whose members are read. */
const OF_EVENT: i32 = 0
const OF_CONTEXT: i32 = 1
const OF_PAGE: i32 = 2

const QUOTE: u8 = 0x22
const COMMA: u8 = 0x2c
const OPEN_OBJECT: u8 = 0x7b
const CLOSE_OBJECT: u8 = 0x7d
const OPEN_LIST: u8 = 0x5b
const CLOSE_LIST: u8 = 0x5d

let end: usize = 0
/** The body is the event. */
let isSingle: bool = false
let record: usize = 0
let restEnd: usize = 0
let pageEnd: usize = 0
let hasType: bool = false
let isTrack: bool = false
let propertiesKey: usize = 0
let propertiesStart: usize = 0
let propertiesEnd: usize = 0

export function records(): usize {
  return RECORDS
}

/** Events of the body that stands at `INPUT`, or -1 where it is none of the usual. `facts` numbers what else their rows depend on; `track`: so is an event that says no type. */
export function read(length: i32, facts: i32, track: bool, single: bool): i32 {
  end = INPUT + <usize>length
  prepare()
  const at = valueStart(INPUT, end)
  if (byteAt(at) !== OPEN_OBJECT) return -1
  isSingle = single
  if (single) return readEvent(at, RECORDS, facts, track) === 0 ? -1 : 1
  const list = listIn(at)
  return list === 0 ? -1 : readList(list, facts, track)
}

/** 0 behind the end. */
function byteAt(at: usize): u8 {
  return at < end ? load<u8>(at) : 0
}

/** Where the list of events begins; 0 where there is none, and where the batch says something for all of its events. */
function listIn(start: usize): usize {
  let list: usize = 0
  let at = valueStart(start + 1, end)
  while (byteAt(at) === QUOTE) {
    const key = at + 1
    const keyEnd = textEnd(key, end)
    at = valueStart(valueStart(keyEnd + 1, end) + 1, end)
    if (isNamed(key, keyEnd, 'batch')) {
      if (byteAt(at) !== OPEN_LIST) return 0
      list = at
    } else if (isNamed(key, keyEnd, 'context') || isNamed(key, keyEnd, 'integrations')) return 0
    at = valueStart(valueEnd(at, end), end)
    if (byteAt(at) !== COMMA) break
    at = valueStart(at + 1, end)
  }
  return byteAt(at) === CLOSE_OBJECT ? list : 0
}

function readList(start: usize, facts: i32, track: bool): i32 {
  let count: i32 = 0
  let at = valueStart(start + 1, end)
  while (byteAt(at) === OPEN_OBJECT && count < MOST_EVENTS) {
    at = readEvent(at, RECORDS + <usize>(count * WORDS * 4), facts, track)
    if (at === 0) return -1
    count++
    at = valueStart(at, end)
    if (byteAt(at) !== COMMA) break
    at = valueStart(at + 1, end)
  }
  return byteAt(at) === CLOSE_LIST ? count : -1
}

function set(word: i32, value: i32): void {
  store<i32>(record + ((<usize>word) << 2), value)
}

function flag(what: i32): void {
  store<i32>(record, load<i32>(record) | what)
}

function isFlagged(what: i32): bool {
  return (load<i32>(record) & what) !== 0
}

function note(word: i32, from: usize, to: usize): void {
  set(word, <i32>(from - INPUT))
  set(word + 1, <i32>(to - INPUT))
}

function gathered(end: usize, begin: usize, from: usize, to: usize): usize {
  const length = to - from
  if (end + length > begin + MOST_GATHERED) {
    flag(IS_UNUSUAL)
    return end
  }
  for (let done: usize = 0; done < length; done += 16) v128.store(end + done, v128.load(from + done))
  return end + length
}

/** These bytes tell of anything but the page. */
function rest(from: usize, to: usize): void {
  restEnd = gathered(restEnd, REST_BYTES, from, to)
}

/** These bytes tell of the page. */
function ofPage(from: usize, to: usize): void {
  pageEnd = gathered(pageEnd, PAGE_BYTES, from, to)
}

/** Where the event ends, 0 where that is not to be told. */
function readEvent(start: usize, into: usize, facts: i32, track: bool): usize {
  record = into
  memory.fill(record, 0, WORDS * 4)
  restEnd = REST_BYTES + 4
  pageEnd = PAGE_BYTES + 4
  isTrack = track
  hasType = false
  propertiesStart = 0
  const after = readMembers(start, OF_EVENT)
  if (after === 0) return 0
  note(WHOLE, start, after)
  if (propertiesStart !== 0) endProperties()
  // One without a message id has it elsewhere.
  if (load<i32>(record + (MESSAGE_ID << 2)) === 0) flag(IS_UNUSUAL)
  if (isFlagged(IS_UNUSUAL)) return after
  store<i32>(REST_BYTES, facts)
  // Of all of those, the page's columns depend on the type alone.
  store<i32>(PAGE_BYTES, hasType ? 0 : facts)
  set(REST, internOften(REST_BYTES, restEnd - REST_BYTES))
  set(PAGE, internOften(PAGE_BYTES, pageEnd - PAGE_BYTES))
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
  let at = valueStart(start + 1, end)
  while (byteAt(at) === QUOTE) {
    const keyEnd = textEnd(at + 1, end)
    const value = valueStart(valueStart(keyEnd + 1, end) + 1, end)
    const after =
      whose === OF_EVENT
        ? readOfEvent(at, keyEnd, value)
        : whose === OF_CONTEXT
          ? readOfContext(at, keyEnd, value)
          : readOfPage(at, keyEnd, value)
    if (after === 0 || after > end) return 0
    at = valueStart(after, end)
    if (byteAt(at) !== COMMA) break
    at = valueStart(at + 1, end)
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
  const after = valueEnd(value, end)
  if (after > end) return 0
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
  const after = valueEnd(value, end)
  if (after > end) return 0
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
  const after = valueEnd(value, end)
  if (after > end) return 0
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

/** Two times, or one that is written otherwise than JavaScript writes it, are for others to read. */
function readTime(from: usize, to: usize, isText: bool): void {
  const time = isText && to - from === 24 ? timeOf(from) : NaN
  if (isNaN(time) || isFlagged(HAS_TIME)) flag(IS_UNUSUAL)
  flag(HAS_TIME)
  store<f64>(record + (TIME << 2), time)
}
