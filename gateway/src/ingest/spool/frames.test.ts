import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sumCounts } from './counts.ts'
import { keptRequest, testFrame } from './frame.fixture.ts'
import { decodePayload, frameText } from './framePayload.ts'
import { createFrameMemory, encodeFrames, encodePacked } from './frames.ts'
import { payloadSummary, unpacked } from './packedPayload.ts'
import { createPacker, type Pack } from './packer.ts'
import { encodeHeader, HEADER_BYTES, scanSegment } from './segment.ts'

const SEGMENT = '0191d2a4-5b1c-4c55-8a77-9f1e2d3c4b5a'
const PLACE = { segment: SEGMENT, firstEvent: 7, firstRejected: 3 }
const HEADER = encodeHeader({ uuid: SEGMENT, createdAt: 0, instance: 'test' })

const packed = (frames: Parameters<typeof encodePacked>[0], pack: Pack = createPacker()) =>
  encodePacked(frames, PLACE, { pack, raw: createFrameMemory(), memory: createFrameMemory() })

const payloadsOf = (bytes: Buffer) => scanSegment(Buffer.concat([HEADER, bytes])).payloads

/** Frames of some sources, now and then one of a megabyte that hardly compresses. */
const frames = fc.array(
  fc.record({
    ids: fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 4 }),
    source: fc.constantFrom('web', 'app'),
    rejected: fc.nat({ max: 2 }),
    title: fc.oneof({ weight: 12, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) }, { weight: 1, arbitrary: noise() }),
  }),
  { minLength: 1, maxLength: 8 },
)

function noise(): fc.Arbitrary<string> {
  return fc.infiniteStream(fc.nat()).map(numbers => Array.from({ length: 100_000 }, () => numbers.next().value).join(''))
}

const textsOf = (given: { ids: string[]; source: string; rejected: number; title: string }[]) =>
  given.map(({ ids, title, ...more }) => frameText(testFrame(ids, { ...more, event: () => ({ properties: { title } }) })))

describe('packed frames', () => {
  it('are read as the same frames in the same places, counted and weighed without being inflated', async () => {
    const pack = createPacker()
    await fc.assert(
      fc.asyncProperty(frames, async given => {
        const texts = textsOf(given)
        const plain = encodeFrames(texts, PLACE)
        const small = await packed(texts, pack)
        expect(payloadsOf(small.bytes).flatMap(unpacked)).toEqual(payloadsOf(plain.bytes))
        expect([small.events, small.rejected]).toEqual([plain.events, plain.rejected])
        const told = payloadsOf(small.bytes).map(payloadSummary)
        expect(sumCounts(told.flatMap(({ counts }) => counts))).toEqual(sumCounts(texts.flatMap(({ counts }) => counts)))
        expect(told.reduce((sum, { rawBytes }) => sum + rawBytes, 0)).toBe(small.rawBytes)
        expect(told.every(({ segment }) => segment === SEGMENT)).toBe(true)
        expect(Math.round([...small.bySource.values()].reduce((sum, bytes) => sum + bytes, 0))).toBe(small.bytes.length)
      }),
      { numRuns: 60 },
    )
  })

  it('are lost together where a bit is flipped, a megabyte of them at most, and no others are', async () => {
    const pack = createPacker()
    const title = 'x'.repeat(300_000)
    const texts = textsOf(Array.from({ length: 9 }, (_, place) => ({ ids: [`m${place}`], source: 'web', rejected: 0, title })))
    const { bytes } = await packed(texts, pack)
    const file = Buffer.concat([HEADER, bytes])
    expect(scanSegment(file).payloads).toHaveLength(3)
    for (let at = HEADER_BYTES; at < file.length; at++) {
      file.writeUInt8(file.readUInt8(at) ^ 1, at)
      const { payloads, damage } = scanSegment(file)
      expect([payloads.length, damage.length]).toEqual([2, 1])
      file.writeUInt8(file.readUInt8(at) ^ 1, at)
    }
  })

  it('take a fraction of the disk', async () => {
    const events = Array.from({ length: 100 }, (_, place) => ({
      type: 'track',
      event: 'Viewed',
      anonymousId: `a-${place}`,
      messageId: `m-${place}`,
      context: { page: { url: `https://example.test/pricing?plan=${place}`, title: 'Pricing' }, locale: 'en-GB' },
    }))
    const text = frameText({ request: keptRequest(events), rejected: [], counts: [] })
    expect((await packed([text])).bytes.length).toBeLessThan(encodeFrames([text], PLACE).bytes.length / 5)
  })

  it('of the largest kind are written and read', async () => {
    const body = Buffer.alloc(63 * 2 ** 20)
    for (let at = 0, seed = 1; at < body.length; at++) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      body[at] = 32 + ((seed >>> 16) % 95)
    }
    const text = frameText({ request: { ...keptRequest([{}]), body }, rejected: [], counts: [] })
    const small = frameText(testFrame(['m1']))
    const [payload] = payloadsOf((await packed([small, text])).bytes)
      .flatMap(unpacked)
      .slice(1)
    expect(decodePayload(payload ?? Buffer.alloc(0)).request?.body.equals(body)).toBe(true)
  })
})

describe('a packer', () => {
  it('goes on with the next piece after one that failed', async () => {
    const pack = createPacker()
    const failing = pack('not bytes' as never as Buffer).then(() => pack(null as never))
    await expect(failing).rejects.toThrow()
    const after = await packed([frameText(testFrame(['m1']))], pack)
    expect(payloadsOf(after.bytes).flatMap(unpacked)).toHaveLength(1)
  })

  it('keeps pieces apart that are given at once', async () => {
    const pack = createPacker()
    const all = await Promise.all([1, 2, 3].map(number => packed([frameText(testFrame([`m${number}`]))], pack)))
    const ids = all.map(({ bytes }) =>
      payloadsOf(bytes)
        .flatMap(unpacked)
        .map(payload => /m\d/.exec(payload.toString())?.[0]),
    )
    expect(ids).toEqual([['m1'], ['m2'], ['m3']])
  })
})
