import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { testFrame } from '../../spool/frame.fixture.ts'
import { frameText } from '../../spool/framePayload.ts'
import { createFrameMemory, encodeFrames, encodePacked } from '../../spool/frames.ts'
import { createPacker } from '../../spool/packer.ts'
import { encodeHeader, scanSegment } from '../../spool/segment.ts'
import { makeRows } from './makeRows.ts'
import { createRowMaker } from './rowMaker.ts'
import { createRowThread } from './rowThread.ts'

const SEGMENT = '0191d2a4-5b1c-4c55-8a77-9f1e2d3c4b5a'

const HEADER = encodeHeader({ uuid: SEGMENT, createdAt: 0, instance: 'test' })

/** Of events of which each says so many random bytes. */
async function packed(events: number, firstEvent = 0, random = 0): Promise<Buffer> {
  const ids = Array.from({ length: events }, (_, place) => `m-${firstEvent + place}`)
  const event = () => ({ properties: { text: randomBytes(random).toString('hex') } })
  const edges = { pack: createPacker(), raw: createFrameMemory(), memory: createFrameMemory() }
  const { bytes } = await encodePacked([frameText(testFrame(ids, { event }))], { segment: SEGMENT, firstEvent, firstRejected: 0 }, edges)
  // Of the compressor's memory, which is used again.
  return Buffer.from(bytes)
}

function plain(events: number, firstEvent: number): Buffer {
  const ids = Array.from({ length: events }, (_, place) => `m-${firstEvent + place}`)
  return encodeFrames([frameText(testFrame(ids))], { segment: SEGMENT, firstEvent, firstRejected: 0 }).bytes
}

/** In memory of their own, as a file is read. */
function contentOf(...frames: readonly Buffer[]): Buffer[] {
  const file = Buffer.concat([HEADER, ...frames])
  return [...scanSegment(Buffer.from(new Uint8Array(file).buffer)).payloads]
}

async function packedContent(events: number): Promise<Buffer[]> {
  return contentOf(await packed(events))
}

describe('rows of what was packed', () => {
  // Below half of Buffer.poolSize what is inflated lies in memory that Node shares.
  it.each([10, 40, 100, 200, 1000])('are made at the first try, of %i events', async events => {
    const other = Buffer.from('of somebody else')
    expect(makeRows(await packedContent(events), createRowMaker()).stretches).toEqual([{ first: 0, count: events }])
    expect(other.toString()).toBe('of somebody else')
    const thread = createRowThread()
    try {
      expect((await thread.rowsOf(await packedContent(events))).stretches).toEqual([{ first: 0, count: events }])
    } finally {
      await thread.close()
    }
  })

  it('are made of packed frames of any size between others that are not packed', async () => {
    const frames = [plain(1, 0), await packed(20, 1, 2000), plain(2, 21), await packed(10, 23), await packed(30, 33, 2000), plain(1, 63)]
    const here = makeRows(contentOf(...frames), createRowMaker())
    expect(here.stretches).toEqual([{ first: 0, count: 64 }])
    const thread = createRowThread()
    try {
      expect(await thread.rowsOf(contentOf(...frames))).toEqual(here)
    } finally {
      await thread.close()
    }
  })

  it('are not made of what was packed wrongly, and that alone is refused', async () => {
    const [good = Buffer.alloc(0)] = contentOf(await packed(20, 0, 2000))
    const bad = Buffer.from(new Uint8Array(good).buffer)
    bad.fill(0, bad.length - 4000)
    const thread = createRowThread()
    try {
      await expect(thread.rowsOf([bad])).rejects.toThrow('what is packed cannot be read')
      expect((await thread.rowsOf([good])).stretches).toEqual([{ first: 0, count: 20 }])
    } finally {
      await thread.close()
    }
  })
})
