/**
 * Ids on their way to the disk: 128-bit keys, each with a note and the number of the flight that claimed it. Those of one flight are
 * a chain, newest first, so that a flight needs no list of its own. Nothing is allocated but when the table grows.
 */
export interface ClaimTable {
  /** The claim of this key; -1 when there is none. */
  find(key: Int32Array): number
  /** Claims a key that is not there yet. `previous`: the last claim of the same flight, -1 for none. */
  add(key: Int32Array, note: number, flight: number, previous: number): number
  noteOf(claim: number): number
  flightOf(claim: number): number
  /** Takes a claim away, and leaves its key in `into`. Answers the claim before it in its flight, -1 for none. */
  remove(claim: number, into: Int32Array): number
  size(): number
}

const WORDS = 4
const FEWEST = 1024

export function createClaimTable(): ClaimTable {
  let most = FEWEST
  let keys = new Int32Array(most * WORDS)
  let notes = new Uint16Array(most)
  let flights = new Float64Array(most)
  /** Of a claim the one before it in its flight, of a free place the next free one. */
  let links = chainOf(most)
  let free = 0
  /** Claims by the first word of their keys, plus one; 0 is a free place. Half of them at least are free. */
  let places = new Int32Array(2 * most)
  let size = 0

  function placeOf(claim: number): number {
    const mask = places.length - 1
    let place = (keys[claim * WORDS] ?? 0) & mask
    while (places[place] !== claim + 1) place = (place + 1) & mask
    return place
  }

  function enter(claim: number): void {
    const mask = places.length - 1
    let place = (keys[claim * WORDS] ?? 0) & mask
    while (places[place] !== 0) place = (place + 1) & mask
    places[place] = claim + 1
  }

  function grow(): void {
    const before = most
    most *= 2
    keys = grown(keys, new Int32Array(most * WORDS))
    notes = grown(notes, new Uint16Array(most))
    flights = grown(flights, new Float64Array(most))
    links = grown(links, chainOf(most))
    free = before
    places = new Int32Array(2 * most)
    for (let claim = 0; claim < before; claim++) enter(claim)
  }

  /** Moves up what would no longer be found behind a place that became free. */
  function close(gap: number): void {
    const mask = places.length - 1
    let empty = gap
    for (let place = (gap + 1) & mask; places[place] !== 0; place = (place + 1) & mask) {
      const home = (keys[((places[place] ?? 0) - 1) * WORDS] ?? 0) & mask
      if (((place - home) & mask) < ((place - empty) & mask)) continue
      places[empty] = places[place] ?? 0
      empty = place
    }
    places[empty] = 0
  }

  return {
    find(key) {
      const mask = places.length - 1
      const first = key[0] ?? 0
      for (let place = first & mask; ; place = (place + 1) & mask) {
        const claim = (places[place] ?? 0) - 1
        if (claim < 0) return -1
        const at = claim * WORDS
        if (keys[at] === first && keys[at + 1] === key[1] && keys[at + 2] === key[2] && keys[at + 3] === key[3]) return claim
      }
    },
    add(key, note, flight, previous) {
      if (free === most) grow()
      const claim = free
      free = links[claim] ?? 0
      for (let word = 0; word < WORDS; word++) keys[claim * WORDS + word] = key[word] ?? 0
      notes[claim] = note
      flights[claim] = flight
      links[claim] = previous
      enter(claim)
      size++
      return claim
    },
    noteOf: claim => notes[claim] ?? 0,
    flightOf: claim => flights[claim] ?? 0,
    remove(claim, into) {
      for (let word = 0; word < WORDS; word++) into[word] = keys[claim * WORDS + word] ?? 0
      close(placeOf(claim))
      const previous = links[claim] ?? -1
      links[claim] = free
      free = claim
      size--
      return previous
    },
    size: () => size,
  }
}

/** Each place names the next; the last names one beyond. */
function chainOf(length: number): Int32Array {
  return Int32Array.from({ length }, (_, place) => place + 1)
}

function grown<T extends Int32Array | Uint16Array | Float64Array>(old: T, larger: T): T {
  larger.set(old)
  return larger
}
