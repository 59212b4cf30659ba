import { describe, expect, it } from 'vitest'
import { testFrame } from '../../spool/frame.fixture.ts'
import { frameText } from '../../spool/framePayload.ts'
import { createFrameMemory, encodePacked } from '../../spool/frames.ts'
import { createPacker } from '../../spool/packer.ts'
import { encodeHeader, scanSegment } from '../../spool/segment.ts'
import { makeRows } from './makeRows.ts'
import { createRowMaker } from './rowMaker.ts'
import { createRowThread } from './rowThread.ts'

const SEGMENT = '0191d2a4-5b1c-4c55-8a77-9f1e2d3c4b5a'

async function packedContent(events: number): Promise<Buffer[]> {
  const ids = Array.from({ length: events }, (_, place) => `m-${place}`)
  const edges = { pack: createPacker(), raw: createFrameMemory(), memory: createFrameMemory() }
  const { bytes } = await encodePacked([frameText(testFrame(ids))], { segment: SEGMENT, firstEvent: 0, firstRejected: 0 }, edges)
  return [...scanSegment(Buffer.concat([encodeHeader({ uuid: SEGMENT, createdAt: 0, instance: 'test' }), bytes])).payloads]
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
})
