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
  readonly keys: readonly Uint8Array[]
  readonly members: readonly Member[]
}

const NO_KEY = new Uint8Array(0)

export function member(kinds: number, more: Partial<Member> = {}): Member {
  return { kinds, most: Number.MAX_SAFE_INTEGER, isPlain: false, shape: null, elements: null, slot: -1, isContent: false, ...more }
}

/** Members that are not named may be anything. */
export function shapeOf(named: { readonly [key: string]: Member }): Shape {
  const entries = Object.entries(named)
  // A quarter full: hardly a key meets another.
  const places = 2 ** Math.ceil(Math.log2(4 * entries.length))
  const words = new Int32Array(places)
  const keys: Uint8Array[] = Array.from({ length: places }, () => NO_KEY)
  const members: Member[] = Array.from({ length: places }, () => ANY)
  for (const [name, what] of entries) {
    const key = Uint8Array.from(Buffer.from(name, 'latin1'))
    const word = wordOf(key, 0, key.length)
    let place = home(word, places)
    while (words[place] !== 0) place = (place + 1) & (places - 1)
    words[place] = word
    keys[place] = key
    members[place] = what
  }
  return { words, keys, members }
}

const ANY = member(0)

/** What the member with the key in these bytes must be; null when it may be anything. */
export function memberOf({ words, keys, members }: Shape, bytes: Uint8Array, start: number, end: number): Member | null {
  const word = wordOf(bytes, start, end)
  const places = words.length
  for (let place = home(word, places); ; place = (place + 1) & (places - 1)) {
    const found = words[place]
    if (found === 0) return null
    const key = keys[place] ?? NO_KEY
    if (found === word && key.length === end - start && isAt(bytes, start, key)) return members[place] ?? ANY
  }
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
