import { describe, expect, it } from 'vitest'
import { bytesWords, spanWords } from './words.ts'

describe('quantities in words', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [4 * 1024 ** 3, '4.0 GiB'],
    [150 * 1024 ** 2, '150 MiB'],
  ])('%d bytes are %s', (bytes, words) => expect(bytesWords(bytes)).toBe(words))

  it.each([
    [-5, '0 ms'],
    [999.4, '999 ms'],
    [9_949, '9.9 s'],
    [59_400, '59 s'],
    [59_600, '1 min'],
    [3_600_000, '1 h'],
    [12_000_000, '3 h 20 min'],
    [180_000_000, '2 d 2 h'],
  ])('%d ms are %s', (ms, words) => expect(spanWords(ms)).toBe(words))
})
