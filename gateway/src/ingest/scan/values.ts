/**
 * Walks over JSON in bytes, once, and builds nothing: says whether it is strict JSON of the usual kind, and tallies what the sanitiser
 * tallies (`event/sanitise.ts`). False, at any place, means only “not sure”: the parser decides then. Pure but for the walk.
 */
import { LIMITS } from '@waymark/schemas/limits'
import { isAt, memberOf, NULL, NUMBER, OBJECT, type Shape, TEXT, wordOf } from './shape.ts'
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  FALSE,
  MOST_NUMBER,
  NOTHING,
  next,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  readNumber,
  readText,
  readWord,
  TRUE,
} from './tokens.ts'
import { MOST_KEYS_OF_OBJECT, type Walk } from './walk.ts'

/** Any value, at whose first byte the walk stands. `depth`: containers around it. */
function readValue(walk: Walk, byte: number, depth: number): boolean {
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
  const wanted = memberOf(shape, walk.keyWord, walk.view, walk.textStart, walk.textEnd)
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
    if (keyWords[other] !== word) continue
    if (isSameRange(bytes, keyStarts[other] ?? 0, keyEnds[other] ?? 0, start, end)) return false
    // Keys that are made to be taken for one another would each be compared with all.
    walk.compared += end - start
    if (walk.compared > walk.end) return false
  }
  if (isPoison(bytes, start, end)) return false
  walk.keyWord = word
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

function isPoison(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start
  if (length !== 9 && length !== 11) return false
  for (const poison of POISON) if (poison.length === length && isAt(bytes, start, poison)) return true
  return false
}
