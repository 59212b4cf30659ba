/** What members of an object must be, looked up by the bytes of their keys. Pure. */

/** Kinds of JSON values, as bits. */
export const TEXT = 1
export const NUMBER = 2
export const NULL = 4
export const OBJECT = 8

export interface Member {
  /** Kinds of values that are surely good; of another, only the parser can tell. */
  readonly kinds: number
  /** Of a text: bytes. Characters are no more than those. */
  readonly most: number
  /** A text must be ASCII without escapes, and without blanks around it. */
  readonly isPlain: boolean
  /** Of an object. */
  readonly shape: Shape | null
  /** Of the elements, where a list of objects is good too. */
  readonly elements: Shape | null
  /** Where the walk notes the place of the value, -1 for nowhere. */
  readonly slot: number
  /** Counts as content of its event. */
  readonly isContent: boolean
}

export interface Shape {
  /** Of the keys, by their place in a table of open addressing; 0 where it is free. */
  readonly words: Int32Array
  readonly keys: readonly Key[]
  readonly members: readonly Member[]
}

interface Key {
  readonly length: number
  readonly bytes: Uint8Array
  /** Four bytes each; the last is the last four of the key. */
  readonly quads: Int32Array
}

function keyOf(bytes: Uint8Array): Key {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const starts = Array.from({ length: Math.ceil(bytes.length / 4) }, (_, index) => Math.min(4 * index, bytes.length - 4))
  return { length: bytes.length, bytes, quads: Int32Array.from(bytes.length < 4 ? [] : starts.map(start => view.getInt32(start, true))) }
}

const NO_KEY = keyOf(new Uint8Array(0))

export function member(kinds: number, more: Partial<Member> = {}): Member {
  return { kinds, most: Number.MAX_SAFE_INTEGER, isPlain: false, shape: null, elements: null, slot: -1, isContent: false, ...more }
}

/** Members that are not named may be anything. */
export function shapeOf(named: { readonly [key: string]: Member }): Shape {
  const entries = Object.entries(named)
  // A quarter full: hardly a key meets another.
  const places = 2 ** Math.ceil(Math.log2(4 * entries.length))
  const words = new Int32Array(places)
  const keys: Key[] = Array.from({ length: places }, () => NO_KEY)
  const members: Member[] = Array.from({ length: places }, () => ANY)
  for (const [name, what] of entries) {
    const key = Uint8Array.from(Buffer.from(name, 'latin1'))
    const word = wordOf(key, 0, key.length)
    let place = home(word, places)
    while (words[place] !== 0) place = (place + 1) & (places - 1)
    words[place] = word
    keys[place] = keyOf(key)
    members[place] = what
  }
  return { words, keys, members }
}

const ANY = member(0)

/** What the member with the key in these bytes must be; null when it may be anything. `word`: of the key. */
export function memberOf({ words, keys, members }: Shape, word: number, view: DataView, start: number, end: number): Member | null {
  const places = words.length
  for (let place = home(word, places); ; place = (place + 1) & (places - 1)) {
    const found = words[place]
    if (found === 0) return null
    if (found === word && isKey(keys[place] ?? NO_KEY, view, start, end)) return members[place] ?? ANY
  }
}

/** Compares four bytes at a time, the last four of them perhaps twice. */
function isKey({ length, quads, bytes }: Key, view: DataView, start: number, end: number): boolean {
  if (end - start !== length) return false
  if (length < 4) {
    for (let index = 0; index < length; index++) if (view.getUint8(start + index) !== bytes[index]) return false
    return true
  }
  const last = length - 4
  for (let index = 0, at = 0; at < last; index++, at += 4) if (view.getInt32(start + at, true) !== quads[index]) return false
  return view.getInt32(end - 4, true) === quads[quads.length - 1]
}

/** Length and three of the bytes: other for almost any two keys of an object. Never 0. */
export function wordOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (length === 0) return 1
  return ((length + 1) << 24) ^ ((bytes[start] ?? 0) << 16) ^ ((bytes[start + (length >> 1)] ?? 0) << 8) ^ (bytes[end - 1] ?? 0) || 1
}

function home(word: number, places: number): number {
  return (Math.imul(word, 0x9e3779b1) >>> 16) & (places - 1)
}

export function isAt(bytes: Uint8Array, start: number, text: Uint8Array): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[start + index] !== text[index]) return false
  return true
}
