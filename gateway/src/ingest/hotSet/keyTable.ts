/** A set of 128-bit keys, each with 16 bits beside it, at 18 bytes a place in a few blocks of memory. Keys must look random. */
export interface KeyTable {
  size(): number
  /** What was added with the key; -1 when the key is not there. */
  find(key: Int32Array): number
  /** Adds a key that is not there yet. The first of its words must not be 0. */
  add(key: Int32Array, note: number): void
  /** Memory of all blocks. */
  bytes(): number
}

/** Keys in a block: to move all of one to a larger block takes less than a millisecond. */
const KEYS_A_BLOCK = 10_000
const FEWEST_PLACES = 16
/** In few steps: blocks that were outgrown are memory that the system does not get back. What is needed at most stays the same. */
const GROWTH = 4
/** Fuller blocks are looked through for long. */
const FULLEST = 0.9
/** Blocks do not fill evenly. */
const SPARE = 1.04

/** Open addressing in many small blocks, each of which grows on its own, up to what it needs for `most` keys. */
export function createKeyTable(most: number): KeyTable {
  const blocks = 2 ** Math.max(0, Math.round(Math.log2(most / KEYS_A_BLOCK)))
  const enough = Math.ceil((most / blocks / FULLEST) * SPARE) + 1
  /** By block: all first words, which are looked through, then the other three of each key side by side. */
  const words: Int32Array[] = Array.from({ length: blocks }, () => NO_WORDS)
  const notes: Uint16Array[] = Array.from({ length: blocks }, () => NO_NOTES)
  const sizes = new Int32Array(blocks)
  let size = 0

  function grow(block: number): void {
    const [oldWords, oldNotes] = [words[block] ?? NO_WORDS, notes[block] ?? NO_NOTES]
    const places = oldNotes.length
    const wanted = Math.max(FEWEST_PLACES, places < enough ? Math.min(enough, places * GROWTH) : Math.ceil(places * 1.1))
    const [newWords, newNotes] = [new Int32Array(4 * wanted), new Uint16Array(wanted)]
    for (let place = 0; place < places; place++) {
      const first = oldWords[place] ?? 0
      if (first === 0) continue
      const free = freePlace(newWords, wanted, first)
      newWords[free] = first
      const [from, to] = [places + 3 * place, wanted + 3 * free]
      newWords[to] = oldWords[from] ?? 0
      newWords[to + 1] = oldWords[from + 1] ?? 0
      newWords[to + 2] = oldWords[from + 2] ?? 0
      newNotes[free] = oldNotes[place] ?? 0
    }
    words[block] = newWords
    notes[block] = newNotes
  }

  return {
    size: () => size,
    find(key) {
      const first = key[0] ?? 0
      const second = key[1] ?? 0
      const third = key[2] ?? 0
      const fourth = key[3] ?? 0
      const block = second & (blocks - 1)
      const own = words[block] ?? NO_WORDS
      const places = own.length >> 2
      if (places === 0) return -1
      for (let place = home(first, places); ; place = place + 1 === places ? 0 : place + 1) {
        const found = own[place]
        if (found === 0) return -1
        const rest = places + 3 * place
        if (found === first && own[rest] === second && own[rest + 1] === third && own[rest + 2] === fourth)
          return notes[block]?.[place] ?? 0
      }
    },
    add(key, note) {
      const block = (key[1] ?? 0) & (blocks - 1)
      const held = sizes[block] ?? 0
      if (held >= (notes[block]?.length ?? 0) * FULLEST) grow(block)
      const own = words[block] ?? NO_WORDS
      const places = own.length >> 2
      const free = freePlace(own, places, key[0] ?? 0)
      const rest = places + 3 * free
      own[free] = key[0] ?? 0
      own[rest] = key[1] ?? 0
      own[rest + 1] = key[2] ?? 0
      own[rest + 2] = key[3] ?? 0
      const beside = notes[block] ?? NO_NOTES
      beside[free] = note
      sizes[block] = held + 1
      size++
    },
    bytes: () => words.reduce((sum, { byteLength }) => sum + byteLength, 0) + notes.reduce((sum, { byteLength }) => sum + byteLength, 0),
  }
}

const NO_WORDS = new Int32Array(0)
const NO_NOTES = new Uint16Array(0)

/** Where a key belongs, if nothing is there. */
function home(first: number, places: number): number {
  return Math.floor(((first >>> 0) * places) / 2 ** 32)
}

function freePlace(own: Int32Array, places: number, first: number): number {
  let place = home(first, places)
  while (own[place] !== 0) place = place + 1 === places ? 0 : place + 1
  return place
}
