import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { request, testEdge, track } from '../../receive.fixture.ts'
import { keptRequest, rejectedRow, testFrame } from '../../spool/frame.fixture.ts'
import type { Frame } from '../../spool/frame.ts'
import { frameText } from '../../spool/framePayload.ts'
import { encodeFrames } from '../../spool/frames.ts'
import { encodeHeader, scanSegment } from '../../spool/segment.ts'
import { makeRows } from './makeRows.ts'
import { createRowMaker } from './rowMaker.ts'
import { eventLines } from './segmentRows.ts'

const SEGMENT = '0191d2a4-5b1c-4c55-8a77-9f1e2d3c4b5a'

/** The insides of frames as they are read from a file. */
function contentOf(frames: readonly Frame[]): Buffer[] {
  const header = encodeHeader({ uuid: SEGMENT, createdAt: 0, instance: 'test' })
  const { bytes } = encodeFrames(frames.map(frameText), { segment: SEGMENT, firstEvent: 0, firstRejected: 0 })
  return [...scanSegment(Buffer.concat([header, bytes])).payloads]
}

const idsOf = (rows: ReturnType<typeof makeRows>) =>
  eventLines(rows).map(({ index, json }) => [index, (JSON.parse(json) as unknown[])[0]] as const)

describe('the rows of a segment', () => {
  it('have the same places whoever makes them, and however often', () => {
    const content = contentOf([testFrame(['a', 'b']), testFrame([], { rejected: 2 }), testFrame(['c'])])
    const makeRow = createRowMaker()
    const first = makeRows(content, makeRow)
    expect(idsOf(first)).toEqual([
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    expect(first.stretches).toHaveLength(1)
    expect(first.rejected.map(({ index }) => index)).toEqual([0, 1])
    expect(makeRows(content, makeRow)).toEqual(first)
    expect(makeRows(content, createRowMaker())).toEqual(first)
  })

  it('keep their places behind a frame that is gone', () => {
    const [, ...rest] = contentOf([testFrame(['a', 'b']), testFrame(['c', 'd'], { rejected: 1 })])
    expect(idsOf(makeRows(rest, createRowMaker()))).toEqual([
      [2, 'c'],
      [3, 'd'],
    ])
  })

  it('do without an event that cannot be one: it stands apart with its reason, and its neighbours stay in their places', () => {
    const bad = keptRequest([track('m0'), { type: 'nope', messageId: 'm1', userId: 'u' }, track('m2')])
    const rows = makeRows(contentOf([{ request: bad, rejected: [rejectedRow()], counts: [] }, testFrame(['m3'])]), createRowMaker())
    expect(idsOf(rows)).toEqual([
      [0, 'm0'],
      [2, 'm2'],
      [3, 'm3'],
    ])
    expect(rows.stretches.map(({ first, count }) => [first, count])).toEqual([
      [0, 1],
      [2, 2],
    ])
    expect(rows.unmade).toHaveLength(1)
    expect(rows.unmade[0]).toMatchObject({ line: { index: 1 }, message: expect.stringContaining('“nope” is not known') })
    expect(rows.unmade[0]?.line.json).toContain('m1')
  })

  it.each<[string, (frame: Frame) => Frame, RegExp]>([
    ['is no JSON', frame => ({ ...frame, request: frame.request && { ...frame.request, body: Buffer.from('{"batch":[') } }), /JSON/],
    [
      'has too few events',
      frame => ({ ...frame, request: frame.request && { ...frame.request, events: 3 } }),
      /has 2 events; 3 were accepted/,
    ],
  ])('tell of each event of a body that %s, and of no other', (_, spoil, message) => {
    const frame = spoil(testFrame(['a', 'b']))
    const rows = makeRows(contentOf([testFrame(['before']), frame, testFrame(['behind'])]), createRowMaker())
    const count = frame.request?.events ?? 0
    expect(idsOf(rows)).toEqual([
      [0, 'before'],
      [1 + count, 'behind'],
    ])
    expect(rows.unmade.map(({ line }) => line.index)).toEqual(Array.from({ length: count }, (_, place) => 1 + place))
    for (const one of rows.unmade) expect(one.message).toMatch(message)
  })

  it('are those that were accepted when the request came, whatever it held', async () => {
    const near = fc.record(
      {
        type: fc.constantFrom('track', 'page', 'identify', 'alias', 'nope'),
        event: fc.oneof(fc.string(), fc.jsonValue()),
        messageId: fc.oneof(fc.constantFrom('m1', 'm2', null), fc.string()),
        userId: fc.oneof(fc.string(), fc.integer(), fc.jsonValue()),
        context: fc.oneof(fc.record({ ip: fc.string(), page: fc.jsonValue() }, { requiredKeys: [] }), fc.jsonValue()),
        properties: fc.oneof(fc.constantFrom({ n: 1e300 }, { '\u0000': '\ud800' }), fc.jsonValue()),
        timestamp: fc.oneof(fc.string(), fc.double()),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(near, { maxLength: 6 }), async events => {
        const { receive, spool } = testEdge()
        const given = JSON.parse(JSON.stringify(events)) as unknown[]
        await receive(request(given))
        const rows = makeRows(contentOf(spool.frames), createRowMaker())
        expect(rows.unmade).toEqual([])
        expect(idsOf(rows).map(([, id]) => id)).toEqual(spool.frames.flatMap(({ accepted }) => accepted.map(({ messageId }) => messageId)))
        expect(rows.counts.reduce((sum, { received }) => sum + received, 0)).toBe(given.length)
      }),
      { numRuns: 200 },
    )
  })
})
