/** Whether JSON stands there as `JSON.stringify` writes what `JSON.parse` reads of it, so that neither need be asked. */
import { valueEnd } from './json'
import { isDigit } from './numbers'

const QUOTE: u8 = 0x22
const MOST_DEPTH: i32 = 34

/** No means: perhaps not. */
export function isAsWritten(from: usize, end: usize): bool {
  return valueAsWritten(from, end, 0) === end
}

/** Behind the value, 0 where it may be written otherwise. */
function valueAsWritten(from: usize, end: usize, depth: i32): usize {
  if (from >= end || depth > MOST_DEPTH) return 0
  const first = load<u8>(from)
  if (first === QUOTE) return textAsWritten(from + 1, end)
  if (first === 0x7b) return containerAsWritten(from + 1, end, depth, true)
  if (first === 0x5b) return containerAsWritten(from + 1, end, depth, false)
  if (first === 0x2d || isDigit(first)) return numberAsWritten(from, end)
  // true, false, null: nothing else is there.
  return first >= 0x61 ? valueEnd(from, end) : 0
}

/** Behind its quote. What needs an escape has one; which of them are written so is not told. */
function textAsWritten(from: usize, end: usize): usize {
  const quotes = i8x16.splat(QUOTE)
  const backslashes = i8x16.splat(0x5c)
  for (let at = from; at < end; at += 16) {
    const bytes = v128.load(at)
    const found = i8x16.bitmask(v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, backslashes)))
    if (found === 0) continue
    const place = at + ctz(found)
    return place < end && load<u8>(place) === QUOTE ? place + 1 : 0
  }
  return 0
}

/** Keys that are numbers are moved to the front. */
function containerAsWritten(from: usize, end: usize, depth: i32, isObject: bool): usize {
  const closing: u8 = isObject ? 0x7d : 0x5d
  let at = from
  if (at < end && load<u8>(at) === closing) return at + 1
  while (at < end) {
    if (isObject) {
      if (load<u8>(at) !== QUOTE || isDigit(load<u8>(at + 1))) return 0
      at = textAsWritten(at + 1, end)
      if (at === 0 || at >= end || load<u8>(at) !== 0x3a) return 0
      at++
    }
    at = valueAsWritten(at, end, depth + 1)
    if (at === 0 || at >= end) return 0
    const byte = load<u8>(at++)
    if (byte === closing) return at
    if (byte !== 0x2c) return 0
  }
  return 0
}

/** Any of at most fifteen digits is written again as it was read: without an exponent, a zero too many, or a sign before nothing. */
function numberAsWritten(from: usize, end: usize): usize {
  let at = from
  const isNegative = load<u8>(at) === 0x2d
  if (isNegative) at++
  const whole = at
  while (at < end && isDigit(load<u8>(at))) at++
  let digits = at - whole
  const isBelowOne = digits === 1 && load<u8>(whole) === 0x30
  if (at < end && load<u8>(at) === 0x2e) {
    const fraction = ++at
    while (at < end && isDigit(load<u8>(at))) at++
    digits += at - fraction
    if (load<u8>(at - 1) === 0x30) return 0
    // From a millionth on downwards it has an exponent.
    if (isBelowOne && at - fraction > 5 && areZeros(fraction, fraction + 6)) return 0
  } else if (isNegative && isBelowOne) return 0
  if (digits > 15) return 0
  return at < end && (load<u8>(at) | 0x20) === 0x65 ? 0 : at
}

function areZeros(from: usize, to: usize): bool {
  for (let at = from; at < to; at++) if (load<u8>(at) !== 0x30) return false
  return true
}
