/**
 * Chaskey, a keyed hash of 128 bits for machines of 32 bits (Mouha et al. 2014; ISO/IEC 29192-6), over words instead of bytes.
 * Nobody without the key can make two messages with one hash; two messages of exactly one block never have one, whatever the key.
 */
export interface Chaskey {
  /** Replaces the first four of `words` by the hash of the first `length`; there must be room for whole blocks of four. */
  hash(words: Int32Array, length: number): void
}

const BLOCK = 4
const ROUNDS = 8

/** `key`: four secret words. */
export function createChaskey(key: Int32Array): Chaskey {
  const whole = timesTwo(key)
  const padded = timesTwo(whole)

  return {
    hash(words, length) {
      const blocks = Math.max(1, Math.ceil(length / BLOCK))
      const last = length === blocks * BLOCK ? whole : padded
      if (last === padded) {
        words[length] = 1
        words.fill(0, length + 1, blocks * BLOCK)
      }
      let a = at(key, 0)
      let b = at(key, 1)
      let c = at(key, 2)
      let d = at(key, 3)
      for (let block = 0; block < blocks; block++) {
        const from = block * BLOCK
        a ^= at(words, from)
        b ^= at(words, from + 1)
        c ^= at(words, from + 2)
        d ^= at(words, from + 3)
        if (block === blocks - 1) {
          a ^= at(last, 0)
          b ^= at(last, 1)
          c ^= at(last, 2)
          d ^= at(last, 3)
        }
        for (let round = 0; round < ROUNDS; round++) {
          a = (a + b) | 0
          b = rotated(b, 5) ^ a
          a = rotated(a, 16)
          c = (c + d) | 0
          d = rotated(d, 8) ^ c
          a = (a + d) | 0
          d = rotated(d, 13) ^ a
          c = (c + b) | 0
          b = rotated(b, 7) ^ c
          c = rotated(c, 16)
        }
      }
      words[0] = a ^ at(last, 0)
      words[1] = b ^ at(last, 1)
      words[2] = c ^ at(last, 2)
      words[3] = d ^ at(last, 3)
    },
  }
}

/** Multiplication by x in GF(2^128). */
function timesTwo(words: Int32Array): Int32Array {
  const [a, b, c, d] = [at(words, 0), at(words, 1), at(words, 2), at(words, 3)]
  return Int32Array.of((a << 1) ^ (d < 0 ? 0x87 : 0), (b << 1) | (a >>> 31), (c << 1) | (b >>> 31), (d << 1) | (c >>> 31))
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function at(words: Int32Array, index: number): number {
  return words[index] ?? 0
}
