/**
 * UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, a 12-bit counter, 62 random bits.
 * They sort by the order of the calls, also within one millisecond and when the clock steps back.
 */
export function createUuid7(now: () => number, randomUUID: () => string): () => string {
  let last = 0
  let counter = 0
  let time = ''
  return () => {
    const random = randomUUID()
    const ms = now()
    if (ms > last || counter === 0xfff) {
      // A full counter borrows from the next millisecond.
      last = Math.max(ms, last + 1)
      // Half of the counter's range is left for the calls of this millisecond.
      counter = Number.parseInt(random.slice(0, 3), 16) >> 1
      const hex = last.toString(16).padStart(12, '0')
      time = `${hex.slice(0, 8)}-${hex.slice(8)}`
    } else counter++
    // The last two groups of a version 4 UUID are the variant and 62 random bits: as they are wanted here.
    return `${time}-7${counter.toString(16).padStart(3, '0')}${random.slice(18)}`
  }
}
