/** What members of an object must be, by their keys. Pure. */

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
  /** Of the elements, where a list of events is good too. */
  readonly elements: Shape | null
  /** Where the walk notes the place of the value, -1 for nowhere. */
  readonly slot: number
  /** Counts as content of its event. */
  readonly isContent: boolean
}

/** Members that are not named may be anything. */
export type Shape = { readonly [key: string]: Member }

export function member(kinds: number, more: Partial<Member> = {}): Member {
  return { kinds, most: ANY_LENGTH, isPlain: false, shape: null, elements: null, slot: -1, isContent: false, ...more }
}

const ANY_LENGTH = 2 ** 31 - 1
