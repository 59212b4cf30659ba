/** Writes what the scanner must know of members and types into its memory, as `gateway/wasm/scanner` reads it. */
import type { EventType } from '@waymark/schemas/event'
import { BEGUN } from '../event/print.ts'
import type { Arena } from './arena.ts'
import type { ScannerExports } from './module.ts'
import type { Shape } from './shape.ts'
import { EVENT_SLOTS } from './wire.ts'

/** It looks at 16 bytes at a time. */
const PIECE = 16
const PLAIN = 16
const CONTENT = 32
/** The bits above tell the members of a shape apart. */
const ORDINAL = 8
const MOST_MEMBERS = 64
const NONE = -1

/** What a type needs besides an id and somebody, and what of it is part of the print. An alias is left to the parser. */
const TYPES = {
  track: { begun: BEGUN.track, needed: EVENT_SLOTS.event, told: EVENT_SLOTS.event },
  page: { begun: BEGUN.page, needed: NONE, told: NONE },
  screen: { begun: BEGUN.screen, needed: NONE, told: NONE },
  identify: { begun: BEGUN.identify, needed: NONE, told: NONE },
  group: { begun: BEGUN.group, needed: EVENT_SLOTS.groupId, told: NONE },
} as const

const POISON = ['__proto__', 'prototype', 'constructor']

/** The addresses of the types, an empty one behind the last; 0 for what is left to the parser. */
export function writeTypes(arena: Arena): { readonly first: number; of(type: EventType): number } {
  const types = Object.entries(TYPES)
  const first = arena.take((types.length + 1) * TYPE_BYTES)
  const addresses = new Map<string, number>()
  types.forEach(([name, { begun, needed, told }], place) => {
    const at = first + place * TYPE_BYTES
    addresses.set(name, at)
    arena.words(at, 4).set([name.length, begun, needed, told])
    writeText(arena, at + PIECE, name)
  })
  return { first, of: type => addresses.get(type) ?? 0 }
}

const TYPE_BYTES = 32

/** The address of the names that no key may have, an empty one behind the last. */
export function writePoison(arena: Arena): number {
  const at = arena.take((POISON.length + 1) * 2 * PIECE)
  POISON.forEach((name, place) => {
    arena.words(at + place * 2 * PIECE, 1)[0] = name.length
    writeText(arena, at + place * 2 * PIECE + PIECE, name)
  })
  return at
}

/** The address of a shape, with all that it leads to. */
export function writeShape(shape: Shape, arena: Arena, exports: ScannerExports): number {
  const known = new Map<Shape, number>()
  const memberBytes = Number(exports.MEMBER_BYTES.value)
  const headBytes = Number(exports.SHAPE_BYTES.value)

  function write(one: Shape | null): number {
    if (one === null) return 0
    const before = known.get(one)
    if (before !== undefined) return before
    const members = Object.entries(one)
    if (members.length > MOST_MEMBERS)
      throw new RangeError(`a shape of ${members.length} members: the scanner can tell ${MOST_MEMBERS} apart`)
    // A quarter full: hardly a key meets another.
    const places = 2 ** Math.ceil(Math.log2(4 * members.length))
    const at = arena.take(headBytes + places * memberBytes)
    known.set(one, at)
    arena.words(at, 1)[0] = places
    for (const [ordinal, [name, { kinds, most, isPlain, isContent, slot, shape: inner, elements }]] of members.entries()) {
      const key = arena.take(PIECE * (1 + Math.ceil(name.length / PIECE)))
      writeText(arena, key, name)
      const word = exports.wordOf(key, name.length)
      const bits = kinds | (isPlain ? PLAIN : 0) | (isContent ? CONTENT : 0) | (ordinal << ORDINAL)
      const values = [word, name.length, key, bits, most, slot, write(inner), write(elements)]
      arena.words(exports.freeMember(at, word), values.length).set(values)
    }
    return at
  }
  return write(shape)
}

function writeText({ memory }: Arena, at: number, text: string): void {
  new Uint8Array(memory.buffer, at).set(Buffer.from(text, 'latin1'))
}
