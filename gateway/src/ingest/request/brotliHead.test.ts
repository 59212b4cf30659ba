import { brotliCompressSync, constants } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { firstBlockBytes } from './brotliHead.ts'

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
