/**
 * Walks over JSON in bytes, once, and builds nothing: says whether it is strict JSON of the usual kind, and tallies what the sanitiser
 * tallies (`event/sanitise.ts`). 0, at any place, means only “not sure”: the parser decides then; else it is where what was read ends.
 */
import { beginEvent, endEvent } from './events'
import { mostDepth, slotEnds, slotStarts } from './given'
import { isNew, Member, memberOf, ORDINAL, readKey } from './keys'
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  MOST_NUMBER,
  next,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  readFalse,
  readNull,
  readNumber,
  readText,
  readTrue,
} from './tokens'
import { theWalk } from './walk'

// What may stand in a member, as bits of `kinds`.
const TEXT: i32 = 1
const NUMBER: i32 = 2
const NULL: i32 = 4
const OBJECT: i32 = 8
/** A text must be ASCII without escapes, and without blanks around it. */
const PLAIN: i32 = 16
/** Counts as content of its event. */
const CONTENT: i32 = 32

/** Any value. `depth`: containers around it. */
function readValue(at: usize, depth: i32): usize {
  switch (load<u8>(at)) {
    case QUOTE:
      return readText(at + 1)
    case OPEN_OBJECT:
      return readObject(at + 1, 0, depth)
    case OPEN_LIST:
      return readList(at + 1, depth)
    case 0x74:
      return readTrue(at)
    case 0x66:
      return readFalse(at)
    case 0x6e:
      return readNull(at)
    default:
      return readNumber(at)
  }
}

function readList(start: usize, depth: i32): usize {
  if (depth >= mostDepth) return 0
  theWalk().mostBytes += MOST_NUMBER
  let at = next(start)
  if (load<u8>(at) === CLOSE_LIST) return at + 1
  while (true) {
    at = readValue(at, depth + 1)
    if (at === 0) return 0
    at = next(at)
    const byte = load<u8>(at)
    if (byte === CLOSE_LIST) return at + 1
    if (byte !== COMMA) return 0
    at = next(at + 1)
  }
}

/** A list whose opening bracket is passed, each element of it an event of one shape. */
function readEvents(start: usize, shape: usize): usize {
  let at = next(start)
  if (load<u8>(at) === CLOSE_LIST) return at + 1
  while (true) {
    if (load<u8>(at) !== OPEN_OBJECT) return 0
    const first = at
    beginEvent()
    at = readObject(at + 1, shape, 0)
    if (at === 0 || !endEvent(first, at)) return 0
    at = next(at)
    const byte = load<u8>(at)
    if (byte === CLOSE_LIST) return at + 1
    if (byte !== COMMA) return 0
    at = next(at + 1)
  }
}

/** An object whose opening brace is passed. `shape`: what its members must be, 0 where that does not matter. */
export function readObject(start: usize, shape: usize, depth: i32): usize {
  if (depth >= mostDepth) return 0
  const walk = theWalk()
  walk.mostBytes += MOST_NUMBER
  const base = walk.keysOpen
  /** By number of the member. */
  let seen: u64 = 0
  let at = next(start)
  if (load<u8>(at) === CLOSE_OBJECT) return at + 1
  while (true) {
    if (load<u8>(at) !== QUOTE) return 0
    const key = at + 1
    const behind = readKey(key)
    if (behind === 0) return 0
    const length = <i32>(behind - 1 - key)
    at = next(behind)
    if (load<u8>(at) !== COLON) return 0
    at = next(at + 1)
    const wanted = shape === 0 ? usize(0) : memberOf(shape, walk.keyWord, key, length)
    // Of two members of one name the parser would take the last.
    if (wanted === 0) at = isNew(key, length, base) ? readValue(at, depth + 1) : 0
    else {
      const bit = (<u64>1) << (changetype<Member>(wanted).kinds >> ORDINAL)
      if ((seen & bit) !== 0) return 0
      seen |= bit
      at = readMember(at, changetype<Member>(wanted), depth + 1)
    }
    if (at === 0) return 0
    at = next(at)
    const byte = load<u8>(at)
    if (byte === CLOSE_OBJECT) break
    if (byte !== COMMA) return 0
    at = next(at + 1)
  }
  walk.keysOpen = base
  return at + 1
}

/** The value of a member, if it is surely what is wanted there. */
function readMember(start: usize, wanted: Member, depth: i32): usize {
  const kinds = wanted.kinds
  const byte = load<u8>(start)
  if (byte === OPEN_LIST && wanted.elements !== 0) return readEvents(start + 1, wanted.elements)
  if (byte === QUOTE) {
    if ((kinds & TEXT) === 0) return 0
    const behind = readText(start + 1)
    if (behind === 0 || <i32>(behind - 2 - start) > wanted.most) return 0
    if ((kinds & PLAIN) !== 0 && !isPlainText(start + 1, behind - 1)) return 0
    note(wanted.slot, start + 1, behind - 1)
    return behind
  }
  const walk = theWalk()
  const before = walk.mostBytes
  let at: usize
  if (byte === OPEN_OBJECT) at = (kinds & OBJECT) === 0 ? 0 : readObject(start + 1, wanted.shape, depth)
  else if (byte === 0x6e) at = (kinds & NULL) === 0 ? 0 : readNull(start)
  else at = (kinds & NUMBER) === 0 ? 0 : readNumber(start)
  if (at === 0) return 0
  if ((kinds & CONTENT) !== 0) walk.contentBytes += walk.mostBytes - before
  if (byte !== 0x6e) note(wanted.slot, start, at)
  return at
}

function note(slot: i32, start: usize, end: usize): void {
  if (slot < 0) return
  store<usize>(slotStarts + ((<usize>slot) << 2), start)
  store<usize>(slotEnds + ((<usize>slot) << 2), end)
}

/** Whether the text that was read last is ASCII as it stands there, with no blank that would be cut off. */
function isPlainText(start: usize, end: usize): bool {
  if (theWalk().flags !== 0) return false
  return start === end || (load<u8>(start) !== 0x20 && load<u8>(end - 1) !== 0x20)
}
