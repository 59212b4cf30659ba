/** Texts with an owner and a number each, kept as bytes: as strings, the garbage collector would move and mark all of them again and again. */
export interface IdTable {
  size(): number
  /** Place of an id that was added, -1 where it was not. `hash` is `hashOf` the same owner and id. */
  find(hash: number, owner: number, id: string): number
  /** The place that it now has; -1 where too many have a hash like this one, and it is not kept. It must not be there. */
  add(hash: number, owner: number, id: string, value: number): number
  value(place: number): number
  setValue(place: number, value: number): void
}

const FIRST_IDS = 1024
/** Slots for each id: half of them stay empty, so that what is not there is seen at once. */
const SLOTS_PER_ID = 2
const USUAL_CHARS = 40
/** Whoever makes up ids that meet in one place makes only these dearer, and not by more than this. */
const MOST_PROBES = 128

/** 32 bits, never 0. With a seed that nobody knows. */
export function hashOf(seed: number, owner: number, id: string): number {
  let hash = seed ^ Math.imul(owner + 1, 0x9e3779b1)
  for (let at = 0; at < id.length; at++) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x5bd1e995)
    hash ^= hash >>> 15
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0x2c1b3c6d)
  hash ^= hash >>> 16
  return hash === 0 ? 1 : hash
}

export function createIdTable(): IdTable {
  let capacity = FIRST_IDS
  let slots = new Int32Array(2 * SLOTS_PER_ID * capacity)
  let hashes = new Int32Array(capacity)
  /** Twice the owner, and 1 where a character takes two bytes. */
  let owners = new Int32Array(capacity)
  let values = new Float64Array(capacity)
  let starts = new Uint32Array(capacity + 1)
  let chars = new Uint8Array(capacity * USUAL_CHARS)
  let size = 0

  /** A slot is a hash and a place + 1. Gives the slot of that id, of an empty one, or -1. */
  function slotOf(hash: number, owner: number, id: string): number {
    const mask = slots.length / 2 - 1
    let slot = hash & mask
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const place = (slots[2 * slot + 1] ?? 0) - 1
      if (place < 0 || (slots[2 * slot] === hash && isAt(place, owner, id))) return slot
      slot = (slot + 1) & mask
    }
    return -1
  }

  function isAt(place: number, owner: number, id: string): boolean {
    const start = starts[place] ?? 0
    const bytes = (starts[place + 1] ?? 0) - start
    if (owners[place] === 2 * owner) {
      if (bytes !== id.length) return false
      for (let at = 0; at < id.length; at++) if (chars[start + at] !== id.charCodeAt(at)) return false
      return true
    }
    if (owners[place] !== 2 * owner + 1 || bytes !== 2 * id.length) return false
    for (let at = 0; at < id.length; at++) {
      const code = id.charCodeAt(at)
      if (chars[start + 2 * at] !== (code & 0xff) || chars[start + 2 * at + 1] !== code >>> 8) return false
    }
    return true
  }

  function grow(): void {
    capacity *= 2
    hashes = grown(hashes, new Int32Array(capacity))
    owners = grown(owners, new Int32Array(capacity))
    values = grown(values, new Float64Array(capacity))
    starts = grown(starts, new Uint32Array(capacity + 1))
    slots = new Int32Array(2 * SLOTS_PER_ID * capacity)
    const mask = slots.length / 2 - 1
    for (let place = 0; place < size; place++) {
      let slot = (hashes[place] ?? 0) & mask
      while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask
      slots[2 * slot] = hashes[place] ?? 0
      slots[2 * slot + 1] = place + 1
    }
  }

  return {
    size: () => size,
    find(hash, owner, id) {
      const slot = slotOf(hash, owner, id)
      return slot < 0 ? -1 : (slots[2 * slot + 1] ?? 0) - 1
    },
    add(hash, owner, id, value) {
      if (size === capacity) grow()
      const slot = slotOf(hash, owner, id)
      if (slot < 0) return -1
      const place = size++
      slots[2 * slot] = hash
      slots[2 * slot + 1] = place + 1
      hashes[place] = hash
      const isWide = hasWide(id)
      owners[place] = 2 * owner + (isWide ? 1 : 0)
      values[place] = value
      let end = starts[place] ?? 0
      if (end + 2 * id.length > chars.length) chars = grown(chars, new Uint8Array(2 * chars.length + 2 * id.length))
      for (let at = 0; at < id.length; at++) {
        const code = id.charCodeAt(at)
        chars[end++] = code & 0xff
        if (isWide) chars[end++] = code >>> 8
      }
      starts[place + 1] = end
      return place
    },
    value: place => values[place] ?? 0,
    setValue: (place, value) => {
      values[place] = value
    },
  }
}

/** Whether a byte is too little for one of its characters. */
function hasWide(id: string): boolean {
  for (let at = 0; at < id.length; at++) if (id.charCodeAt(at) > 0xff) return true
  return false
}

function grown<T extends { set(from: T): void }>(old: T, larger: T): T {
  larger.set(old)
  return larger
}
