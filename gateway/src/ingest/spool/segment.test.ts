import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeHeader, encodeHeader, FRAME_HEAD_BYTES, HEADER_BYTES, scanSegment, writeFrameHead } from './segment.ts'

const header = { uuid: '0191d2a4-5b1c-4c55-8a77-9f1e2d3c4b5a', createdAt: 1_772_355_900_123, instance: 'gateway-1' }

const texts = fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 12 })

function segmentOf(payloads: readonly string[]): { file: Buffer; starts: number[] } {
  const starts: number[] = []
  let file = encodeHeader(header)
  for (const text of payloads) {
    starts.push(file.length)
    file = Buffer.concat([file, framed(text)])
  }
  return { file, starts: [...starts, file.length] }
}

function framed(text: string): Buffer {
  const payload = Buffer.from(text)
  const frame = Buffer.concat([Buffer.alloc(FRAME_HEAD_BYTES), payload])
  writeFrameHead(frame, 0, payload.length)
  return frame
}

function read(file: Buffer): string[] {
  return scanSegment(file).payloads.map(payload => payload.toString())
}

/** Frames whose bytes do not meet the range. */
function untouched(payloads: readonly string[], starts: readonly number[], from: number, to: number): string[] {
  return payloads
    .map(text => Buffer.from(text).toString())
    .filter((_, index) => (starts[index + 1] ?? 0) <= from || (starts[index] ?? 0) >= to)
}

/** `small` in the order of `large`. */
function isWithin(small: readonly string[], large: readonly string[]): boolean {
  let at = 0
  for (const text of large) if (text === small[at]) at++
  return at === small.length
}

describe('a segment file', () => {
  it('gives back its header', () => {
    expect(decodeHeader(encodeHeader(header))).toEqual(header)
  })

  it('gives back every frame', () => {
    fc.assert(
      fc.property(texts, payloads => {
        const { file } = segmentOf(payloads)
        const scan = scanSegment(file)
        expect(scan.payloads.map(String)).toEqual(payloads.map(text => Buffer.from(text).toString()))
        expect([scan.damage, scan.tornAt]).toEqual([[], file.length])
      }),
    )
  })

  it('loses at most the damaged frame to a flipped bit, and makes up none', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat({ max: 7 }), (payloads, place, bit) => {
        const { file, starts } = segmentOf(payloads)
        const at = HEADER_BYTES + (place % (file.length - HEADER_BYTES))
        file.writeUInt8(file.readUInt8(at) ^ (1 << bit), at)
        expect(read(file)).toEqual(untouched(payloads, starts, at, at + 1))
        expect(scanSegment(file).damage.length + Number(scanSegment(file).tornAt < file.length)).toBe(1)
      }),
      { numRuns: 1000 },
    )
  })

  it('keeps its frames when the header is damaged', () => {
    const { file } = segmentOf(['a', 'b'])
    file.writeUInt8(file.readUInt8(10) ^ 1, 10)
    expect(scanSegment(file)).toMatchObject({ header: null, damage: [{ start: 0, end: HEADER_BYTES }] })
    expect(read(file)).toEqual(['a', 'b'])
  })

  it('loses only the frames that zeros were written over', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.integer({ min: 1, max: 60 }), (payloads, place, length) => {
        const { file, starts } = segmentOf(payloads)
        const from = HEADER_BYTES + (place % (file.length - HEADER_BYTES))
        file.fill(0, from, Math.min(from + length, file.length))
        const kept = read(file)
        expect(isWithin(untouched(payloads, starts, from, from + length), kept)).toBe(true)
        expect(
          isWithin(
            kept,
            payloads.map(text => Buffer.from(text).toString()),
          ),
        ).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('keeps every whole frame before the point where it was cut', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (payloads, place) => {
        const { file, starts } = segmentOf(payloads)
        const length = place % (file.length + 1)
        const cut = file.subarray(0, length)
        const scan = scanSegment(cut)
        const whole = starts.slice(1).filter(end => end <= length).length
        expect(scan.payloads.length).toBe(whole)
        expect(scan.damage).toEqual([])
        expect(scan.tornAt).toBe(length < HEADER_BYTES ? 0 : (starts[whole] ?? length))
      }),
      { numRuns: 500 },
    )
  })

  it('finds the frames behind bytes that were taken out or put in', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.integer({ min: 1, max: 30 }), fc.boolean(), (payloads, place, length, isCut) => {
        const { file, starts } = segmentOf(payloads)
        const from = HEADER_BYTES + (place % (file.length - HEADER_BYTES))
        const changed = isCut
          ? Buffer.concat([file.subarray(0, from), file.subarray(from + length)])
          : Buffer.concat([file.subarray(0, from), Buffer.alloc(length, 0x61), file.subarray(from)])
        const kept = read(changed)
        expect(isWithin(untouched(payloads, starts, from, isCut ? from + length : from + 1), kept)).toBe(true)
      }),
      // As many bytes missing from a frame as the frame after it has.
      { numRuns: 500, examples: [[['first', 'x'.repeat(32), 'a'.repeat(8)], 5 + 16 + 16 + 2, 24, true]] },
    )
  })

  it('does not take a frame inside the text of a damaged frame for one', () => {
    const inner = framed('ghost').toString('utf8')
    const { file } = segmentOf([inner, 'after'])
    file.writeUInt8(file.readUInt8(HEADER_BYTES + FRAME_HEAD_BYTES) ^ 1, HEADER_BYTES + FRAME_HEAD_BYTES)
    expect(read(file)).toEqual(['after'])
  })
})
