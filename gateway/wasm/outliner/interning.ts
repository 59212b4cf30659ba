/** Numbers for bytes: the same bytes have the same number, and other bytes another, until all is forgotten. */

/** The body. It is the last of all memory, and may grow. */
// @ts-expect-error: a global of AssemblyScript
export const INPUT: usize = (__heap_base + 63) & ~63

/** A book of numbers: its places and entries, the bytes that the entries are made of, and what it has of each. */
const TEXTS: usize = memory.data(32, 16)
const RESTS: usize = memory.data(32, 16)
const PLACES: usize = 0
const ENTRIES: usize = 4
const BYTES: usize = 8
const MOST_ENTRIES: usize = 12
const MOST_BYTES: usize = 16
const ENTRIES_USED: usize = 20
const BYTES_USED: usize = 24
const TIMES: usize = 28

/** Twice as many places as entries; of each entry hash, place and length; bytes are copied sixteen at a time. */
const TEXT_PLACES: usize = memory.data(131072, 16)
const TEXT_ENTRIES: usize = memory.data(196608, 16)
const TEXT_BYTES: usize = memory.data(786432 + 16, 16)
const REST_PLACES: usize = memory.data(65536, 16)
const REST_ENTRIES: usize = memory.data(98304, 16)
const REST_BYTES: usize = memory.data(3145728 + 16, 16)

/** Hashes of what was seen once: what comes only once is not kept. */
const SEEN_PLACES: usize = 16384
const SEEN: usize = memory.data(131072, 16)

let seed: u64 = 0

/** A seed that nobody knows keeps those who send bodies from choosing texts of the same hash. */
export function begin(low: i32, high: i32): void {
  seed = ((<u64>(<u32>high)) << 32) | <u64>(<u32>low)
  open(TEXTS, TEXT_PLACES, TEXT_ENTRIES, TEXT_BYTES, 16384, 786432)
  open(RESTS, REST_PLACES, REST_ENTRIES, REST_BYTES, 8192, 3145728)
}

function open(book: usize, places: usize, entries: usize, bytes: usize, mostEntries: i32, mostBytes: i32): void {
  store<u32>(book + PLACES, <u32>places)
  store<u32>(book + ENTRIES, <u32>entries)
  store<u32>(book + BYTES, <u32>bytes)
  store<i32>(book + MOST_ENTRIES, mostEntries)
  store<i32>(book + MOST_BYTES, mostBytes)
}

/** How often the numbers of texts were forgotten: those from before mean nothing. */
export function textsAge(): i32 {
  return load<i32>(TEXTS + TIMES)
}

/** How often the numbers of all else were forgotten. */
export function restsAge(): i32 {
  return load<i32>(RESTS + TIMES)
}

export function input(): usize {
  return INPUT
}

/** To be called before each body: numbers of one body must mean the same until it is done. */
export function prepare(): void {
  tidy(TEXTS)
  tidy(RESTS)
}

/** A third of it is free when a body begins. */
function tidy(book: usize): void {
  const entries = load<i32>(book + ENTRIES_USED)
  const bytes = load<i32>(book + BYTES_USED)
  const mostEntries = load<i32>(book + MOST_ENTRIES)
  const mostBytes = load<i32>(book + MOST_BYTES)
  if (entries < mostEntries - mostEntries / 3 && bytes < mostBytes - mostBytes / 3) return
  memory.fill(<usize>load<u32>(book + PLACES), 0, (<usize>mostEntries) << 3)
  store<i32>(book + ENTRIES_USED, 0)
  store<i32>(book + BYTES_USED, 0)
  store<i32>(book + TIMES, load<i32>(book + TIMES) + 1)
}

/** From 1 on; 0 where there is no room. */
export function internText(from: usize, length: usize): i32 {
  return numberOf(TEXTS, from, length, hashOf(from, length, seed))
}

/** From 1 on; 0 also for what is seen for the first time. */
export function internOften(from: usize, length: usize): i32 {
  const hash = hashOf(from, length, ~seed)
  const place = SEEN + ((<usize>(hash >> 40) & (SEEN_PLACES - 1)) << 3)
  if (load<u64>(place) === hash) return numberOf(RESTS, from, length, hash)
  store<u64>(place, hash)
  return 0
}

function numberOf(book: usize, from: usize, length: usize, hash: u64): i32 {
  const places = <usize>load<u32>(book + PLACES)
  const entries = <usize>load<u32>(book + ENTRIES)
  const mostEntries = load<i32>(book + MOST_ENTRIES)
  const mark = <i32>(hash >> 32)
  const last = 2 * mostEntries - 1
  let place: i32 = <i32>hash & last
  for (;;) {
    const number = load<i32>(places + ((<usize>place) << 2))
    if (number === 0) break
    const entry = entries + <usize>number * 12
    if (load<i32>(entry) === mark && <usize>load<i32>(entry + 8) === length && isSame(from, <usize>load<u32>(entry + 4), length))
      return number
    place = (place + 1) & last
  }
  const used = load<i32>(book + BYTES_USED)
  const number = load<i32>(book + ENTRIES_USED) + 1
  if (number >= mostEntries || used + <i32>length > load<i32>(book + MOST_BYTES)) return 0
  const entry = entries + <usize>number * 12
  const text = <usize>load<u32>(book + BYTES) + <usize>used
  for (let at: usize = 0; at < length; at += 16) v128.store(text + at, v128.load(from + at))
  store<i32>(book + BYTES_USED, used + <i32>length)
  store<i32>(book + ENTRIES_USED, number)
  store<i32>(entry, mark)
  store<u32>(entry + 4, <u32>text)
  store<i32>(entry + 8, <i32>length)
  store<i32>(places + ((<usize>place) << 2), number)
  return number
}

function isSame(left: usize, right: usize, length: usize): bool {
  let at: usize = 0
  for (; at + 16 <= length; at += 16) if (v128.any_true(v128.xor(v128.load(left + at), v128.load(right + at)))) return false
  for (; at < length; at++) if (load<u8>(left + at) !== load<u8>(right + at)) return false
  return true
}

const ODD: u64 = 0x9e3779b97f4a7c15
const OTHER: u64 = 0xc2b2ae3d27d4eb4f

/** Two lanes of eight bytes each, mixed by odd factors and turns; of use only for tables. */
function hashOf(from: usize, length: usize, start: u64): u64 {
  let first = start ^ (<u64>length * ODD)
  let second = start + OTHER
  let at = from
  const to = from + length
  for (; at + 16 <= to; at += 16) {
    first = rotl(first ^ load<u64>(at), 29) * ODD
    second = rotl(second ^ load<u64>(at + 8), 31) * OTHER
  }
  for (; at < to; at++) first = rotl(first ^ <u64>load<u8>(at), 23) * ODD
  let hash = first ^ rotl(second, 32)
  hash = (hash ^ (hash >> 33)) * ODD
  hash = (hash ^ (hash >> 29)) * OTHER
  return hash ^ (hash >> 32)
}
