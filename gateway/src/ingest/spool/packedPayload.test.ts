import { zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { packedLine, unpacked } from './packedPayload.ts'

function packed(raw: Buffer): Buffer {
  return Buffer.concat([Buffer.from(packedLine({ segment: 's', rawBytes: raw.length, counts: [] })), zstdCompressSync(raw)])
}

function lengthOf(bytes: number): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32LE(bytes)
  return head
}

describe('what is packed in a frame', () => {
  it('is given as it was packed', () => {
    const raw = Buffer.concat([lengthOf(3), Buffer.from('one'), lengthOf(5), Buffer.from('other')])
    expect(unpacked(packed(raw)).map(String)).toEqual(['one', 'other'])
  })

  it.each([
    ['ends behind its end', Buffer.concat([lengthOf(4), Buffer.from('one')])],
    ['holds nothing, a million times', Buffer.alloc(4_000_000)],
    ['stops within a length', Buffer.concat([lengthOf(3), Buffer.from('one'), Buffer.from([1, 0])])],
  ])('is refused where a payload %s', (_, raw) => {
    expect(() => unpacked(packed(raw))).toThrow(RangeError)
  })
})
