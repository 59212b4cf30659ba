/**
 * Bytes that the first block of a brotli stream says it holds (RFC 7932, sections 9.1 and 9.2); 0 where it says nothing. The decoder makes
 * room for a whole block, up to 16 MiB, before it gives anything out: too late to find that it is too much.
 */
export function firstBlockBytes(stream: Uint8Array): number {
  const bits = readerOf(stream)
  skipWindow(bits)
  const isLast = bits(1) === 1
  if (isLast && bits(1) === 1) return 0
  const nibbles = bits(2) + 4
  // Bytes for nobody, and no word of those that follow.
  if (nibbles === 7) return 0
  return bits(4 * nibbles) + 1
}

/**
 * Lets the decoder make room for 8 MiB where the stream asks for 16 (its first four bits are ones; the window of 8 MiB has a zero among
 * them): nothing that fits our cap refers back farther, so it comes out the same.
 */
export function capWindow(stream: Buffer): void {
  if (((stream[0] ?? 0) & 0x0f) === 0x0f) stream[0] = (stream[0] ?? 0) & ~0x02
}

type Bits = (count: number) => number

/** Reads numbers of so many bits, the lowest first; zeros behind the end. */
function readerOf(bytes: Uint8Array): Bits {
  let at = 0
  return count => {
    let value = 0
    for (let bit = 0; bit < count; bit++, at++) value += (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1) * 2 ** bit
    return value
  }
}

/** One, four or seven bits. */
function skipWindow(bits: Bits): void {
  if (bits(1) === 1 && bits(3) === 0) bits(3)
}
