/**
 * Texts made of values that come again and again, as the contexts of a browser do: what the values are is told one after the other, and the
 * text that was made of the same ones is found without being made anew. Told values are a way down a tree; all of a way is looked at, so that
 * no two different ones share a text.
 */
export interface RepeatedTexts {
  begin(): void
  /** The next value: a text, a number, anything that JSON has. */
  add(value: unknown): void
  /** After values of which there may be any number: what follows is something else. */
  end(): void
  /** The text that was kept for these values; null when there is none. */
  known(): string | null
  keep(text: string): string
}

interface Node {
  /** The first value that was told here, and where it leads; with most nodes it is the only one. */
  token: unknown
  next: Node | null
  others: Map<unknown, Node> | null
  text: string | null
}

const LIST = Symbol('list')
const OBJECT = Symbol('object')
const END = Symbol('end')
const ABSENT = Symbol('absent')

/** Longer ones tell one event from another, and are no part of what repeats. */
const MOST_CHARS = 512

/**
 * Keeps at most `capacity` values, then begins anew; where few texts came again by then, it rests for so many texts as would have filled it
 * twice: remembering what does not come again only costs.
 */
export function createRepeatedTexts(capacity = 8000): RepeatedTexts {
  let root = node()
  let at: Node | null = null
  let nodes = 0
  let [made, found, resting] = [0, 0, 0]

  function forget(): void {
    resting = found < made ? 2 * made : 0
    root = node()
    nodes = made = found = 0
  }

  function step(token: unknown): void {
    if (at === null) return
    if (at.next !== null && at.token === token) {
      at = at.next
      return
    }
    const known = at.others?.get(token)
    at = known ?? grow(at, token)
  }

  function grow(parent: Node, token: unknown): Node {
    nodes++
    const child = node()
    if (parent.next === null) {
      parent.token = token
      parent.next = child
    } else {
      parent.others ??= new Map()
      parent.others.set(token, child)
    }
    return child
  }

  function add(value: unknown): void {
    if (typeof value === 'string') {
      if (value.length <= MOST_CHARS) step(value)
      else at = null
    } else if (typeof value !== 'object' || value === null) step(value === undefined ? ABSENT : value)
    else if (Array.isArray(value)) {
      step(LIST)
      for (const item of value) add(item)
      step(END)
    } else {
      step(OBJECT)
      for (const key in value) {
        step(key)
        add((value as { readonly [key: string]: unknown })[key])
      }
      step(END)
    }
  }

  return {
    begin: () => {
      if (nodes > capacity) forget()
      if (resting > 0) resting--
      at = resting > 0 ? null : root
    },
    add,
    end: () => step(END),
    known: () => {
      const text = at?.text ?? null
      if (text !== null) found++
      return text
    },
    keep: text => {
      if (at === null) return text
      made++
      at.text = text
      return text
    },
  }
}

function node(): Node {
  return { token: undefined, next: null, others: null, text: null }
}
