/** The tokens of JSON, as bytes. Each reader answers whether its token is surely good, moves the walk behind it, and counts it as the sanitiser does. Pure but for the walk. */
import { isAt } from './shape.ts'
import type { Walk } from './walk.ts'

export const QUOTE = 0x22
export const OPEN_OBJECT = 0x7b
export const CLOSE_OBJECT = 0x7d
export const OPEN_LIST = 0x5b
export const CLOSE_LIST = 0x5d
export const COMMA = 0x2c
export const COLON = 0x3a
const BACKSLASH = 0x5c

// As `isClean` of the sanitiser counts them.
const MOST_CHARACTER = 6
const MOST_AROUND = 4
export const MOST_NUMBER = 26

/** 1 for bytes of a text that need no look: ASCII but for quotes, backslashes and control characters. */
const USUAL = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x20 && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0))
/** 1 for what may follow a backslash; `\u` is left to the parser. */
const ESCAPED = Uint8Array.from({ length: 256 }, (_, byte) => ('"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0))

/** Marks, of four bytes, those that are not usual by their highest bits. The lowest mark is right; a borrow may set others above it. */
function unusual(word: number): number {
  const quotes = word ^ 0x22222222
  const slashes = word ^ 0x5c5c5c5c
  return (((quotes - 0x01010101) & ~quotes) | ((slashes - 0x01010101) & ~slashes) | (word - 0x20202020) | word) & 0x80808080
}

/** Where the next byte is that is not usual. Words at a time as long as there are whole ones. */
function skipUsual({ bytes, view, end }: Walk, from: number): number {
  const wholeWords = end - 3
  let at = from
  while (at < wholeWords) {
    const marks = unusual(view.getInt32(at, true))
    if (marks !== 0) return at + ((31 - Math.clz32(marks & -marks)) >> 3)
    at += 4
  }
  while (at < end && USUAL[bytes[at] ?? 0] === 1) at++
  return at
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
export function readText(walk: Walk): boolean {
  const { bytes, end } = walk
  const start = walk.at
  let at = start
  let isEscaped = false
  let isWide = false
  /** Bytes less UTF-16 code units. */
  let more = 0
  for (; ; at++) {
    at = skipUsual(walk, at)
    if (at >= end) return false
    const byte = bytes[at] ?? 0
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

export function readNumber(walk: Walk): boolean {
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

export const TRUE = Uint8Array.from(Buffer.from('true'))
export const FALSE = Uint8Array.from(Buffer.from('false'))
export const NOTHING = Uint8Array.from(Buffer.from('null'))

export function readWord(walk: Walk, word: Uint8Array): boolean {
  if (walk.at + word.length > walk.end || !isAt(walk.bytes, walk.at, word)) return false
  walk.at += word.length
  walk.mostBytes += MOST_NUMBER
  return true
}
