/** Steps over JSON that is known to be sound. No step goes further behind `end` than it looks: sixteen bytes. */

const QUOTE: u8 = 0x22
const BACKSLASH: u8 = 0x5c

/** The first byte from here on that is no blank; `end` where there is none. */
export function valueStart(from: usize, end: usize): usize {
  let at = from
  while (at < end && load<u8>(at) <= 0x20) at++
  return at
}

/** The quote that ends the text that begins here; `end` where there is none. */
export function textEnd(from: usize, end: usize): usize {
  const quotes = i8x16.splat(QUOTE)
  const backslashes = i8x16.splat(BACKSLASH)
  let at = from
  while (at < end) {
    const bytes = v128.load(at)
    const found = i8x16.bitmask(v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, backslashes)))
    if (found === 0) {
      at += 16
      continue
    }
    at += ctz(found)
    if (at >= end) return end
    if (load<u8>(at) === QUOTE) return at
    at += 2
  }
  return end
}

export function hasEscape(from: usize, to: usize): bool {
  for (let at = from; at < to; at++) if (load<u8>(at) === BACKSLASH) return true
  return false
}

/** Behind the value that begins here. More than `end` where it has no end. */
export function valueEnd(from: usize, end: usize): usize {
  if (from >= end) return end + 1
  const first = load<u8>(from)
  if (first === QUOTE) return textEnd(from + 1, end) + 1
  if ((first | 0x20) === 0x7b) return containerEnd(from + 1, end)
  let at = from
  for (; at < end; at++) {
    const byte = load<u8>(at)
    if (byte === 0x2c || (byte | 0x20) === 0x7d || byte <= 0x20) break
  }
  return at
}

/**
 * Behind the container whose opening bracket ends before here. Sixteen bytes at a time: quotes tell which of them stand in texts, and of the
 * brackets that do not, as many must close as open. Brackets and braces differ by one bit, and in sound JSON none stands where it does not belong.
 */
function containerEnd(from: usize, end: usize): usize {
  const bit = i8x16.splat(0x20)
  const opening = i8x16.splat(0x7b)
  const closing = i8x16.splat(0x7d)
  const quotes = i8x16.splat(QUOTE)
  const backslashes = i8x16.splat(BACKSLASH)
  let depth: i32 = 1
  /** All bits set while a text goes on. */
  let inText: i32 = 0
  let at = from
  while (at < end) {
    const bytes = v128.load(at)
    if (i8x16.bitmask(i8x16.eq(bytes, backslashes)) !== 0) {
      // A quote may be escaped, which is told from the beginning of its text.
      const byte = load<u8>(at)
      if (inText !== 0) at = textEnd(at, end) + 1
      else if (byte === QUOTE) at = textEnd(at + 1, end) + 1
      else {
        if ((byte | 0x20) === 0x7b) depth++
        else if ((byte | 0x20) === 0x7d && --depth === 0) return at + 1
        at++
      }
      inText = 0
      continue
    }
    const folded = v128.or(bytes, bit)
    let within = i8x16.bitmask(i8x16.eq(bytes, quotes))
    within ^= within << 1
    within ^= within << 2
    within ^= within << 4
    within ^= within << 8
    within = (within ^ inText) & 0xffff
    const opened = i8x16.bitmask(i8x16.eq(folded, opening)) & ~within
    const closed = i8x16.bitmask(i8x16.eq(folded, closing)) & ~within
    // Where fewer close than are open, none is the last.
    for (let rest = popcnt(closed) < depth ? 0 : closed; rest !== 0; rest &= rest - 1) {
      const place = ctz(rest)
      const before = (1 << place) - 1
      if (depth + popcnt(opened & before) - popcnt(closed & before) === 1) {
        const behind = at + <usize>place + 1
        return behind <= end ? behind : end + 1
      }
    }
    depth += popcnt(opened) - popcnt(closed)
    inText = (within & 0x8000) !== 0 ? -1 : 0
    at += 16
  }
  return end + 1
}

/** Whether these bytes are that name, which is ASCII. */
export function isNamed(from: usize, to: usize, name: string): bool {
  const length = <usize>name.length
  if (to - from !== length) return false
  const characters = changetype<usize>(name)
  for (let at: usize = 0; at < length; at++) if (load<u8>(from + at) !== <u8>load<u16>(characters + (at << 1))) return false
  return true
}
