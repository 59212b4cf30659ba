import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import { LIMITS } from '@waymark/schemas/limits'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { capWindow, firstBlockBytes } from './brotliHead.ts'

const compress = (body: Buffer, quality: number, window: number) =>
  brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: window } })

it('reads what the encoder wrote: all that fits a block, whatever the window', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 800 }),
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 10, max: 24 }),
      (length, quality, window) => {
        expect(firstBlockBytes(compress(Buffer.alloc(length, 'waymark'), quality, window))).toBe(length)
      },
    ),
  )
  for (const length of [1_000_000, 5 * 1024 * 1024, 9_000_000]) {
    expect(firstBlockBytes(compress(Buffer.alloc(length), 2, 24))).toBe(length)
  }
})

it('never says more than there is, nor trips over what is no brotli', () => {
  const body = Buffer.from(JSON.stringify(Array.from({ length: 9_000 }, (_, n) => ({ n, name: `event ${n % 70}` }))))
  for (let quality = 0; quality <= 9; quality++) {
    for (let window = 10; window <= 24; window++) expect(firstBlockBytes(compress(body, quality, window))).toBeLessThanOrEqual(body.length)
  }
  expect(firstBlockBytes(compress(Buffer.alloc(0), 5, 22))).toBe(0)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), bytes => {
      const said = firstBlockBytes(bytes)
      expect(said >= 0 && said <= 2 ** 24).toBe(true)
    }),
  )
})

it('lowers the window of 16 MiB alone, and nothing that is let in comes out another', () => {
  const pieces = Array.from({ length: 50 }, (_, n) => Buffer.from(`${n} `.repeat(20)))
  const noise = Buffer.alloc(LIMITS.inflatedBytes - 2_000_000)
  for (let at = 0; at < noise.length; at += 4) noise.writeUInt32LE(Math.imul(at + 1, 2_654_435_761) >>> 0, at)
  // The end refers back to the beginning, farther than any smaller window reaches.
  const body = Buffer.concat([...pieces, noise.subarray(0, 1_000_000), noise, noise.subarray(0, 1_000_000), ...pieces]).subarray(
    0,
    LIMITS.inflatedBytes,
  )
  for (const window of [16, 17, 22, 23, 24]) {
    const stream = compress(body, 5, window)
    const before = Buffer.from(stream)
    capWindow(stream)
    expect([window, stream.equals(before)]).toEqual([window, window < 24])
    expect(brotliDecompressSync(stream).equals(body)).toBe(true)
    // As the encoder says a window of 8 MiB.
    if (window === 24) expect((stream[0] ?? 0) & 0x0f).toBe((compress(body, 5, 23)[0] ?? 0) & 0x0f)
  }
})
