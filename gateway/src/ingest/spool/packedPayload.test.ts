import { zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { keptRequest, testFrame } from './frame.fixture.ts'
import { frameText } from './framePayload.ts'
import { createFrameMemory, encodeFrames, encodePacked } from './frames.ts'
import { tooLarge } from './frameTooLarge.ts'
import { packedLine, unpacked, unpackedBeside } from './packedPayload.ts'
import { createPacker } from './packer.ts'
import { encodeHeader, MAX_PAYLOAD_BYTES, scanSegment } from './segment.ts'

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

  it('is given also where the longest frame stands behind almost a megabyte of others', async () => {
    const place = { segment: '0191d2a4-5b1c-4c55-8a77-9f1e2d3c4b5a', firstEvent: 0, firstRejected: 0 }
    const ofBytes = (bytes: number) => frameText({ ...testFrame(['a']), request: { ...keptRequest([{}]), body: Buffer.alloc(bytes, 'x') } })
    const frames = [ofBytes(2 ** 20 - 2000), ofBytes(MAX_PAYLOAD_BYTES - 10_000)]
    expect(frames.map(tooLarge)).toEqual([null, null])
    const payloadsOf = ({ bytes }: { bytes: Buffer }) =>
      scanSegment(Buffer.concat([encodeHeader({ uuid: place.segment, createdAt: 0, instance: 'test' }), bytes])).payloads
    const small = payloadsOf(
      await encodePacked(frames, place, { pack: createPacker(), raw: createFrameMemory(), memory: createFrameMemory() }),
    )
    expect(small).toHaveLength(1)
    const [all = Buffer.alloc(0)] = small
    const plain = payloadsOf(encodeFrames(frames, place))
    // Not by `toEqual`, which looks at each byte by itself.
    expect(unpacked(all).map((payload, at) => payload.equals(plain[at] ?? all))).toEqual([true, true])
  })

  it('is not inflated where it says that it is more than was ever packed', async () => {
    const bytes = MAX_PAYLOAD_BYTES + 3 * 2 ** 20
    const bomb = packed(Buffer.concat([lengthOf(bytes), Buffer.alloc(bytes)]))
    expect(() => unpacked(bomb)).toThrow('was never written')
    const long = Buffer.concat([bomb, Buffer.alloc(16 * 1024)])
    await expect(unpackedBeside(long)).rejects.toThrow('was never written')
  })
})
