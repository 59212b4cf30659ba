/**
 * The tokens of JSON, as bytes. Each reader answers where its token ends, 0 where it is not surely good, and counts it as the sanitiser does.
 * None of them looks for the end of the body: the zeros behind it are no part of any token.
 */
import { ESCAPED, theWalk, WIDE } from './walk'

export const QUOTE: u8 = 0x22
export const OPEN_OBJECT: u8 = 0x7b
export const CLOSE_OBJECT: u8 = 0x7d
export const OPEN_LIST: u8 = 0x5b
export const CLOSE_LIST: u8 = 0x5d
export const COMMA: u8 = 0x2c
export const COLON: u8 = 0x3a
const BACKSLASH: u8 = 0x5c
const MINUS: u8 = 0x2d
const POINT: u8 = 0x2e
const ZERO: u8 = 0x30

// As `isClean` of the sanitiser counts them.
const MOST_CHARACTER: i32 = 6
const MOST_AROUND: i32 = 4
export const MOST_NUMBER: i32 = 26

/** The next byte that is no blank. */
export function next(from: usize): usize {
  return load<u8>(from) > 0x20 ? from : pastBlanks(from)
}

function pastBlanks(from: usize): usize {
  let at = from
  while (true) {
    const byte = load<u8>(at)
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at
    at++
  }
}

/** By bit, which of 16 bytes are none of a text as it stands there: quotes, backslashes, controls, what is not ASCII. */
export function oddIn(at: usize): i32 {
  const bytes = v128.load(at)
  // As signed numbers, what is not ASCII is less than a blank as well.
  const control = i8x16.lt_s(bytes, i8x16.splat(0x20))
  const quote = i8x16.eq(bytes, i8x16.splat(QUOTE))
  const backslash = i8x16.eq(bytes, i8x16.splat(BACKSLASH))
  return i8x16.bitmask(v128.or(v128.or(quote, backslash), control))
}

/** A text whose opening quote is passed. */
export function readText(start: usize): usize {
  let at = start
  let odd = oddIn(at)
  while (odd === 0) {
    at += 16
    odd = oddIn(at)
  }
  at += ctz(odd)
  if (load<u8>(at) !== QUOTE) return readOddText(start, at)
  return readUsualText(start, at)
}

/** A text of usual bytes, up to its closing quote. */
export function readUsualText(start: usize, end: usize): usize {
  const walk = theWalk()
  walk.flags = 0
  walk.mostBytes += <i32>(end - start) * MOST_CHARACTER + MOST_AROUND
  return end + 1
}

/** The rest of a text from its first byte on that is not usual. */
function readOddText(start: usize, from: usize): usize {
  let at = from
  let flags = 0
  /** Bytes less UTF-16 code units. */
  let more = 0
  while (true) {
    const byte = load<u8>(at)
    if (byte === QUOTE) break
    if (byte === BACKSLASH) {
      if (!isEscaped(load<u8>(at + 1))) return 0
      flags |= ESCAPED
      more++
      at += 2
    } else if (byte < 0x20) return 0
    // On to the next byte that is none of the text, or of an escape.
    while (true) {
      const bytes = v128.load(at)
      const control = i8x16.lt_u(bytes, i8x16.splat(0x20))
      const quote = i8x16.eq(bytes, i8x16.splat(QUOTE))
      const backslash = i8x16.eq(bytes, i8x16.splat(BACKSLASH))
      const stops = i8x16.bitmask(v128.or(v128.or(quote, backslash), control))
      const before = stops === 0 ? 0xffff : (stops & -stops) - 1
      const wide = i8x16.bitmask(bytes) & before
      if (wide !== 0) {
        flags |= WIDE
        // Continuations are no units of their own; a character of four bytes has two.
        more += popcnt(i8x16.bitmask(i8x16.lt_s(bytes, i8x16.splat(-0x40))) & before)
        more -= popcnt(i8x16.bitmask(i8x16.ge_u(bytes, i8x16.splat(-0x10))) & before)
      }
      if (stops !== 0) {
        at += ctz(stops)
        break
      }
      at += 16
    }
  }
  const walk = theWalk()
  walk.flags = flags
  walk.allFlags |= flags
  walk.mostBytes += (<i32>(at - start) - more) * MOST_CHARACTER + MOST_AROUND
  return at + 1
}

/** What may follow a backslash; `\u` is left to the parser. */
function isEscaped(byte: u8): bool {
  return (
    byte === QUOTE ||
    byte === BACKSLASH ||
    byte === 0x2f ||
    byte === 0x62 ||
    byte === 0x66 ||
    byte === 0x6e ||
    byte === 0x72 ||
    byte === 0x74
  )
}

/** Whole numbers of so many digits are below 2^63. */
const MOST_DIGITS: usize = 18

export function readNumber(start: usize): usize {
  const first = start + usize(load<u8>(start) === MINUS)
  let at = pastDigits(first)
  const digits = at - first
  if (digits === 0 || digits > MOST_DIGITS || (digits > 1 && load<u8>(first) === ZERO)) return 0
  if (load<u8>(at) === POINT) {
    const from = at + 1
    at = pastDigits(from)
    if (at === from) return 0
  }
  if ((load<u8>(at) | 0x20) === 0x65) {
    // A number that grows by its exponent may be too large.
    if (load<u8>(at + 1) !== MINUS) return 0
    const from = at + 2
    at = pastDigits(from)
    if (at === from) return 0
  }
  theWalk().mostBytes += MOST_NUMBER
  return at
}

function pastDigits(from: usize): usize {
  let at = from
  while (<u8>(load<u8>(at) - ZERO) < 10) at++
  return at
}

/** Its letters, the first in the lowest byte. */
const TRUE: u32 = 0x65757274
const NULL: u32 = 0x6c6c756e
const ALSE: u32 = 0x65736c61

export function readTrue(at: usize): usize {
  return load<u32>(at) === TRUE ? passed(at + 4) : 0
}

export function readNull(at: usize): usize {
  return load<u32>(at) === NULL ? passed(at + 4) : 0
}

export function readFalse(at: usize): usize {
  return load<u32>(at + 1) === ALSE ? passed(at + 5) : 0
}

function passed(at: usize): usize {
  theWalk().mostBytes += MOST_NUMBER
  return at
}
