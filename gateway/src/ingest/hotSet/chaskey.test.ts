import { expect, test } from 'vitest'
import { createChaskey } from './chaskey.ts'

// From the authors' reference implementation: the bytes 0, 1, 2, … of so many words.
const KEY = [0x833d3433, 0x009f389f, 0x2398e64f, 0x417acf39]
const VECTORS: readonly (readonly [words: number, hash: readonly number[]])[] = [
  [0, [0x792e8fe5, 0x75ce87aa, 0x2d1450b5, 0x1191970b]],
  [1, [0x30b2d171, 0xe38532fb, 0x16707c16, 0x73ed45f0]],
  [2, [0x09330f69, 0x62b5dce0, 0xa4fba462, 0xf20d3c12]],
  [3, [0xfc2c3391, 0x285c8cd5, 0x456508ee, 0xc789e206]],
  [4, [0x79271ca9, 0xd66a1c71, 0x81ca474e, 0x49831cad]],
]

test.each(VECTORS)('%d words hash as the reference says', (length, hash) => {
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => index)
  const words = new Int32Array(bytes.buffer)
  createChaskey(Int32Array.from(KEY)).hash(words, length)
  expect([...words.subarray(0, 4)].map(word => word >>> 0)).toEqual(hash)
})
