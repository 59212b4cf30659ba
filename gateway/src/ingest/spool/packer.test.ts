import { randomBytes } from 'node:crypto'
import { type ZstdCompress, zstdDecompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createCompressor, createPacker } from './packer.ts'

/** Tells of the compressors that it makes. */
function watched() {
  const made: ZstdCompress[] = []
  const pack = createPacker(() => {
    const compressor = createCompressor()
    made.push(compressor)
    return compressor
  })
  return { made, pack }
}

/** More than a compressor gives at once. */
const LARGE = randomBytes(3_000_000)

describe('the packer', () => {
  it('gives pieces that are whole by themselves, in their order, from one compressor', async () => {
    const { made, pack } = watched()
    const pieces = [Buffer.from('a'), LARGE, Buffer.alloc(0), Buffer.from('b'.repeat(100_000))]
    const packed = await Promise.all(pieces.map(pack))
    for (const [place, piece] of packed.entries()) expect(zstdDecompressSync(piece).equals(pieces[place] ?? LARGE)).toBe(true)
    expect(made).toHaveLength(1)
  })

  it.each([
    ['before it gave anything', (_: ZstdCompress, fail: () => void) => void setImmediate(fail)],
    ['after it gave a part', (compressor: ZstdCompress, fail: () => void) => void compressor.once('data', fail)],
  ])('gives nothing of a piece when the compressor fails %s, and packs the next ones whole', async (_, when) => {
    const { made, pack } = watched()
    await pack(Buffer.from('first'))
    const [compressor] = made
    if (compressor === undefined) throw new Error('no compressor was made')
    when(compressor, () => compressor.destroy(new Error('no memory')))
    const [failed, next] = [pack(LARGE), pack(LARGE)]
    await expect(failed).rejects.toThrow('no memory')
    expect(zstdDecompressSync(await next).equals(LARGE)).toBe(true)
    expect(made).toHaveLength(2)
  })
})
