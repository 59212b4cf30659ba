/**
 * Walks over JSON in bytes, once, and builds nothing: says whether it is strict JSON of the usual kind, and tallies what the sanitiser
 * tallies (`event/sanitise.ts`). False, at any place, means only “not sure”: the parser decides then. Pure but for the walk it moves.
 */
import { LIMITS } from '@waymark/schemas/limits'
import { isAt, memberOf, NULL, NUMBER, OBJECT, type Shape, TEXT, wordOf } from './shape.ts'

/** Where a walk stands, and what it has seen. One is used for all requests. */
export interface Walk {
  bytes: Uint8Array
  /** Of the same bytes. */
  view: DataView
  end: number
  at: number
  /** Of objects at all levels. */
  keys: number
  /** As the sanitiser counts. */
  mostBytes: number
  /** Of members whose shape says that they are content. */
  contentBytes: number
  /** Of the text that was read last, quotes left out. */
  textStart: number
  textEnd: number
  /** The text that was read last has an escape in it. */
  isEscaped: boolean
  /** The text that was read last is not all ASCII. */
  isWide: boolean
  /** Some text was not all ASCII: whether it is UTF-8 is still to be seen. */
  anyWide: boolean
  /** By slot: where the value of a member that is wanted begins and ends, -1 where it is absent or null. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Keys of the objects that are open, one object above the other. */
  readonly keyStarts: Int32Array
  readonly keyEnds: Int32Array
  readonly keyWords: Int32Array
  keysOpen: number
  readonly element: ElementEdges
}

/** Told of each element of a list whose elements have a shape. */
export interface ElementEdges {
  begin(): void
  /** Whether it is one that is surely good. `start`: of its bytes; the walk stands behind the last of them. */
  end(start: number): boolean
}

/** Larger objects are left to the parser: each key is compared with those before it. */
const MOST_KEYS_OF_OBJECT = 64
/** The envelope is no level of its own where it holds a batch. */
const MOST_LEVELS = LIMITS.depth + 2

export function createWalk(slots: number, element: ElementEdges): Walk {
  const most = MOST_LEVELS * MOST_KEYS_OF_OBJECT
  return {
    bytes: new Uint8Array(0),
    view: new DataView(new ArrayBuffer(0)),
    end: 0,
    at: 0,
    keys: 0,
    mostBytes: 0,
    contentBytes: 0,
    textStart: 0,
    textEnd: 0,
    isEscaped: false,
    isWide: false,
    anyWide: false,
    starts: new Int32Array(slots),
    ends: new Int32Array(slots),
    keyStarts: new Int32Array(most),
    keyEnds: new Int32Array(most),
    keyWords: new Int32Array(most),
    keysOpen: 0,
    element,
  }
}

export const QUOTE = 0x22
export const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c

// As `isClean` of the sanitiser counts them.
const MOST_CHARACTER = 6
const MOST_AROUND = 4
const MOST_NUMBER = 26

/** 1 for bytes of a text that need no look: ASCII but for quotes, backslashes and control characters. */
const USUAL = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x20 && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0))
/** 1 for what may follow a backslash; `\u` is left to the parser. */
const ESCAPED = Uint8Array.from({ length: 256 }, (_, byte) => ('"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0))

/** Whether four bytes are all usual; the order does not matter. Borrows go up from a byte that is not, so they change nothing. */
function areUsual(word: number): boolean {
  const quotes = word ^ 0x22222222
  const slashes = word ^ 0x5c5c5c5c
  return ((((quotes - 0x01010101) & ~quotes) | ((slashes - 0x01010101) & ~slashes) | (word - 0x20202020) | word) & 0x80808080) === 0
}

/** The next byte that is no blank, 0 at the end; the walk stands there. */
export function next(walk: Walk): number {
  const { bytes, end } = walk
  let at = walk.at
  while (at < end) {
    const byte = bytes[at] ?? 0
    if (byte > 0x20) {
      walk.at = at
      return byte
    }
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return 0
    at++
  }
  return 0
}

/** A text whose opening quote the walk has passed. */
function readText(walk: Walk): boolean {
  const { bytes, end, view } = walk
  const wholeWords = end - 3
  const start = walk.at
  let at = start
  let isEscaped = false
  let isWide = false
  /** Bytes less UTF-16 code units. */
  let more = 0
  for (; at < end; at++) {
    while (at < wholeWords && areUsual(view.getInt32(at, true))) at += 4
    const byte = bytes[at] ?? 0
    if (USUAL[byte] === 1) continue
    if (byte === QUOTE) break
    if (byte === BACKSLASH) {
      isEscaped = true
      at++
      more++
      if (at >= end || ESCAPED[bytes[at] ?? 0] === 0) return false
    } else if (byte < 0x80) return false
    else {
      isWide = true
      // Continuations are no units of their own; a character of four bytes has two.
      if (byte < 0xc0) more++
      else if (byte >= 0xf0) more--
    }
  }
  if (at >= end) return false
  walk.textStart = start
  walk.textEnd = at
  walk.isEscaped = isEscaped
  walk.isWide = isWide
  if (isWide) walk.anyWide = true
  walk.mostBytes += (at - start - more) * MOST_CHARACTER + MOST_AROUND
  walk.at = at + 1
  return true
}

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39
/** Whole numbers of so many digits are below 2^63. */
const MOST_DIGITS = 18

function readNumber(walk: Walk): boolean {
  const { bytes, end } = walk
  let at = walk.at
  if (bytes[at] === 0x2d) at++
  const first = at
  while (at < end && isDigit(bytes[at] ?? 0)) at++
  const digits = at - first
  if (digits === 0 || digits > MOST_DIGITS || (digits > 1 && bytes[first] === 0x30)) return false
  if (at < end && bytes[at] === 0x2e) {
    const from = ++at
    while (at < end && isDigit(bytes[at] ?? 0)) at++
    if (at === from) return false
  }
  if (at < end && ((bytes[at] ?? 0) | 0x20) === 0x65) {
    // A number that grows by its exponent may be too large.
    if (++at >= end || bytes[at] !== 0x2d) return false
    const from = ++at
    while (at < end && isDigit(bytes[at] ?? 0)) at++
    if (at === from) return false
  }
  walk.at = at
  walk.mostBytes += MOST_NUMBER
  return true
}

const TRUE = Uint8Array.from(Buffer.from('true'))
const FALSE = Uint8Array.from(Buffer.from('false'))
const NOTHING = Uint8Array.from(Buffer.from('null'))

function readWord(walk: Walk, word: Uint8Array): boolean {
  if (walk.at + word.length > walk.end || !isAt(walk.bytes, walk.at, word)) return false
  walk.at += word.length
  walk.mostBytes += MOST_NUMBER
  return true
}

/** Any value, at whose first byte the walk stands. `depth`: containers around it. */
export function readValue(walk: Walk, byte: number, depth: number): boolean {
  switch (byte) {
    case QUOTE:
      walk.at++
      return readText(walk)
    case OPEN_OBJECT:
      walk.at++
      return readObject(walk, null, depth)
    case OPEN_LIST:
      walk.at++
      return readList(walk, depth)
    case 0x74:
      return readWord(walk, TRUE)
    case 0x66:
      return readWord(walk, FALSE)
    case 0x6e:
      return readWord(walk, NOTHING)
    default:
      return readNumber(walk)
  }
}

function readList(walk: Walk, depth: number): boolean {
  if (depth >= LIMITS.depth) return false
  walk.mostBytes += MOST_NUMBER
  let byte = next(walk)
  if (byte === CLOSE_LIST) {
    walk.at++
    return true
  }
  for (;;) {
    if (!readValue(walk, byte, depth + 1)) return false
    byte = next(walk)
    walk.at++
    if (byte === CLOSE_LIST) return true
    if (byte !== COMMA) return false
    byte = next(walk)
  }
}

/** A list whose opening bracket the walk has passed, each element of it an object of one shape. */
function readElements(walk: Walk, shape: Shape): boolean {
  let byte = next(walk)
  if (byte === CLOSE_LIST) {
    walk.at++
    return true
  }
  for (;;) {
    if (byte !== OPEN_OBJECT) return false
    const start = walk.at++
    walk.element.begin()
    if (!readObject(walk, shape, 0) || !walk.element.end(start)) return false
    byte = next(walk)
    walk.at++
    if (byte === CLOSE_LIST) return true
    if (byte !== COMMA) return false
    byte = next(walk)
  }
}

/** An object whose opening brace the walk has passed. `shape`: what its members must be, null where that does not matter. */
export function readObject(walk: Walk, shape: Shape | null, depth: number): boolean {
  if (depth >= LIMITS.depth) return false
  walk.mostBytes += MOST_NUMBER
  const base = walk.keysOpen
  let byte = next(walk)
  if (byte === CLOSE_OBJECT) {
    walk.at++
    return true
  }
  for (;;) {
    if (byte !== QUOTE || !readKey(walk, base)) return false
    if (next(walk) !== COLON) return false
    walk.at++
    if (!(shape === null ? readValue(walk, next(walk), depth + 1) : readMember(walk, shape, depth + 1))) return false
    byte = next(walk)
    walk.at++
    if (byte === CLOSE_OBJECT) break
    if (byte !== COMMA) return false
    byte = next(walk)
  }
  walk.keysOpen = base
  return true
}

/** The value of the key that was read last, if it is surely what the shape wants. */
function readMember(walk: Walk, shape: Shape, depth: number): boolean {
  const wanted = memberOf(shape, walk.bytes, walk.textStart, walk.textEnd)
  const byte = next(walk)
  if (wanted === null) return readValue(walk, byte, depth)
  const { kinds, slot } = wanted
  const start = walk.at
  const before = walk.mostBytes
  if (byte === OPEN_LIST && wanted.elements !== null) {
    walk.at++
    return readElements(walk, wanted.elements)
  }
  if (byte === QUOTE) {
    walk.at++
    if ((kinds & TEXT) === 0 || !readText(walk)) return false
    const { textStart, textEnd } = walk
    if (textEnd - textStart > wanted.most || (wanted.isPlain && !isPlainText(walk))) return false
    if (slot >= 0) note(walk, slot, textStart, textEnd)
    return true
  }
  if (byte === OPEN_OBJECT) {
    walk.at++
    if ((kinds & OBJECT) === 0 || !readObject(walk, wanted.shape, depth)) return false
  } else if (byte === 0x6e) {
    if ((kinds & NULL) === 0 || !readWord(walk, NOTHING)) return false
    if (wanted.isContent) walk.contentBytes += MOST_NUMBER
    return true
  } else if ((kinds & NUMBER) === 0 || !readNumber(walk)) return false
  if (wanted.isContent) walk.contentBytes += walk.mostBytes - before
  if (slot >= 0) note(walk, slot, start, walk.at)
  return true
}

function note(walk: Walk, slot: number, start: number, end: number): void {
  walk.starts[slot] = start
  walk.ends[slot] = end
}

/** Whether the text that was read last is ASCII as it stands there, with no blank that would be cut off. */
function isPlainText({ bytes, textStart, textEnd, isEscaped, isWide }: Walk): boolean {
  if (isEscaped || isWide) return false
  return textStart === textEnd || (bytes[textStart] !== 0x20 && bytes[textEnd - 1] !== 0x20)
}

/** A key, which no other of its object may be: of two, the parser would take the last. `base`: the first key of the object. */
function readKey(walk: Walk, base: number): boolean {
  walk.at++
  if (!readText(walk)) return false
  const { bytes, textStart: start, textEnd: end, keyStarts, keyEnds, keyWords, keysOpen: place } = walk
  if (walk.isEscaped || ++walk.keys > LIMITS.keys || place - base >= MOST_KEYS_OF_OBJECT) return false
  const word = wordOf(bytes, start, end)
  for (let other = base; other < place; other++) {
    if (keyWords[other] === word && isSameRange(bytes, keyStarts[other] ?? 0, keyEnds[other] ?? 0, start, end)) return false
  }
  if (isPoison(walk, start, end)) return false
  keyStarts[place] = start
  keyEnds[place] = end
  keyWords[place] = word
  walk.keysOpen = place + 1
  return true
}

function isSameRange(bytes: Uint8Array, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  const length = end - start
  if (otherEnd - otherStart !== length) return false
  for (let index = 0; index < length; index++) if (bytes[start + index] !== bytes[otherStart + index]) return false
  return true
}

const POISON = ['__proto__', 'prototype', 'constructor'].map(key => Uint8Array.from(Buffer.from(key)))

function isPoison({ bytes }: Walk, start: number, end: number): boolean {
  const length = end - start
  if (length !== 9 && length !== 11) return false
  for (const poison of POISON) if (poison.length === length && isAt(bytes, start, poison)) return true
  return false
}
