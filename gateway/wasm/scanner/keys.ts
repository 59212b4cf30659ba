/** Keys of objects: which member of a shape each is, and of the others that none comes twice and none reaches a prototype. */
import { keySpans, keyWords, mostKeys, mostKeysOfObject, poison } from './given'
import { oddIn, QUOTE, readText, readUsualText } from './tokens'
import { ESCAPED, theWalk } from './walk'

/** A key in the table of a shape. Free where `word` is 0. */
@unmanaged
export class Member {
  /** Of the key. */
  word: i32
  length: i32
  /** Of the key, with room for whole pieces of 16 behind it. */
  key: usize
  /** Kinds of values that are surely good; of another, only the parser can tell. From `ORDINAL` on, a number that no other member of its shape has. */
  kinds: i32
  /** Of a text: bytes. Characters are no more than those. */
  most: i32
  /** Where the place of the value is noted, -1 for nowhere. */
  slot: i32
  /** Of an object; 0 where it does not matter. */
  shape: usize
  /** Of the elements, where a list of objects is good too; 0 where it is not. */
  elements: usize
}

/** Before its members, which are found by open addressing. */
@unmanaged
export class Shape {
  /** A power of two. */
  places: i32
}

/** Bits of `kinds` before the number of the member, which is below 64. */
export const ORDINAL: i32 = 8
export const SHAPE_BYTES: usize = 16
export const MEMBER_BYTES: usize = offsetof<Member>()

/** A key whose opening quote is passed. It is counted, and its word is left behind. */
export function readKey(start: usize): usize {
  const behind = readTextOfKey(start)
  if (behind === 0) return 0
  const walk = theWalk()
  if ((walk.flags & ESCAPED) !== 0 || ++walk.keys > mostKeys) return 0
  walk.keyWord = wordOf(start, <i32>(behind - 1 - start))
  return behind
}

/** Whether the key that was read last, which no shape names, is no other of its object. `base`: the first of those. */
export function isNew(start: usize, length: i32, base: i32): bool {
  const walk = theWalk()
  const place = walk.keysOpen
  const word = walk.keyWord
  if (place - base >= mostKeysOfObject || isAmong(base, place, word, start, length)) return false
  if ((length === 9 || length === 11) && isPoison(start, length)) return false
  store<i32>(keyWords + ((<usize>place) << 2), word)
  store<usize>(keySpans + ((<usize>place) << 3), start)
  store<i32>(keySpans + ((<usize>place) << 3), length, 4)
  walk.keysOpen = place + 1
  return true
}

/** As `readText`. Most keys end within 16 bytes. */
function readTextOfKey(start: usize): usize {
  const odd = oddIn(start)
  const end = start + ctz(odd)
  return odd !== 0 && load<u8>(end) === QUOTE ? readUsualText(start, end) : readText(start)
}

/** Whether one of the keys before has the same bytes. Four words are compared at a time. */
function isAmong(base: i32, place: i32, word: i32, start: usize, length: i32): bool {
  for (let other = base; other < place; other += 4) {
    let same = i32x4.bitmask(i32x4.eq(v128.load(keyWords + ((<usize>other) << 2)), i32x4.splat(word)))
    // Behind the last stands what was there before.
    if (place - other < 4) same &= (1 << (place - other)) - 1
    for (; same !== 0; same &= same - 1) {
      const span = keySpans + ((<usize>(other + ctz(same))) << 3)
      if (load<i32>(span, 4) !== length) continue
      if (isSame(start, load<usize>(span), length)) return true
      // Keys that are made to be taken for one another would each be compared with all.
      const walk = theWalk()
      walk.compared += length
      if (walk.compared > <i32>(walk.end - walk.body)) return true
    }
  }
  return false
}

/** Two ranges of a length, 16 bytes at a time; what stands behind them is masked. */
export function isSame(one: usize, other: usize, length: i32): bool {
  let left = length
  let at: usize = 0
  for (; left >= 16; left -= 16, at += 16) {
    if (v128.any_true(v128.xor(v128.load(one + at), v128.load(other + at)))) return false
  }
  const same = i8x16.bitmask(i8x16.eq(v128.load(one + at), v128.load(other + at)))
  return (~same & ((1 << left) - 1)) === 0
}

function isPoison(start: usize, length: i32): bool {
  for (let at = poison; load<i32>(at) !== 0; at += 32) if (load<i32>(at) === length && isSame(start, at + 16, length)) return true
  return false
}

/** Other for almost any two keys: of up to 16 bytes, all count. Never 0. */
export function wordOf(start: usize, length: i32): i32 {
  const short = length < 8
  // The bytes behind a short one are shifted out.
  const head = length === 0 ? 0 : load<u64>(start) << (short ? <u64>(64 - 8 * length) : 0)
  const tail = short ? <u64>length : load<u64>(start + length - 8)
  const mixed = (head * 0xe3779b97f4a7d) ^ (rotl<u64>(tail, 29) * 0x8476d1ce4e5b9)
  const word = <i32>(mixed >> 32) ^ length
  return word === 0 ? 1 : word
}

/** Address of the member with the key in these bytes; 0 when it may be anything. */
export function memberOf(shape: usize, word: i32, start: usize, length: i32): usize {
  const mask = changetype<Shape>(shape).places - 1
  let place = word & mask
  while (true) {
    const at = shape + SHAPE_BYTES + <usize>place * MEMBER_BYTES
    const found = changetype<Member>(at)
    if (found.word === 0) return 0
    if (found.word === word && found.length === length && isSame(found.key, start, length)) return at
    place = (place + 1) & mask
  }
}

/** Where a further member of a shape is to be written. Asked while the shape is made. */
export function freeMember(shape: usize, word: i32): usize {
  const mask = changetype<Shape>(shape).places - 1
  let place = word & mask
  while (true) {
    const at = shape + SHAPE_BYTES + <usize>place * MEMBER_BYTES
    if (changetype<Member>(at).word === 0) return at
    place = (place + 1) & mask
  }
}
