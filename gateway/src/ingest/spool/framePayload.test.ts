import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countRow, keptRequest, rejectedRow } from './frame.fixture.ts'
import { decodePayload, frameText, payloadCounts } from './framePayload.ts'
import { encodeFrames } from './frames.ts'
import { FRAME_HEAD_BYTES } from './segment.ts'

const place = { segment: '0191d2a4-5b1c-4c55-8a77-9f1e2d3c4b5a', firstEvent: 7, firstRejected: 3 }

describe('the text of a frame', () => {
  it('comes back as it went in, whatever the texts hold', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(fc.array(text, { maxLength: 3 }), fc.array(text, { maxLength: 3 }), text, (bodies, raws, source) => {
        const kept = keptRequest(bodies.map(title => ({ title })))
        const request = bodies.length === 0 ? null : { ...kept, facts: { ...kept.facts, source, userAgent: source, ids: { 0: source } } }
        const rejected = raws.map((raw, index) => rejectedRow({ raw, index }))
        const counts = [countRow({ source_id: source, received: bodies.length + raws.length, rejected: raws.length })]
        const payload = encodeFrames([frameText({ request, rejected, counts })], place).bytes.subarray(FRAME_HEAD_BYTES)
        const back = decodePayload(payload)
        expect(back).toMatchObject({ segment: place.segment, firstEvent: 7, counts })
        expect(payloadCounts(payload)).toEqual({ segment: place.segment, counts })
        expect(back.request).toEqual(request === null ? null : { ...request, body: expect.anything() })
        expect(back.request?.body.toString()).toEqual(request?.body.toString())
        expect(back.rejected.map(({ index, json }) => [index, (JSON.parse(json) as string[]).at(-1)])).toEqual(
          rejected.map(({ raw }, index) => [3 + index, raw]),
        )
      }),
      { numRuns: 30 },
    )
  })

  it('keeps a body with line feeds apart from the lines before it', () => {
    const body = Buffer.from('{\n  "batch": [\n    {}\n  ]\n}\n')
    const frame = { request: { ...keptRequest([{}]), body }, rejected: [rejectedRow({ raw: 'a\nb' })], counts: [countRow()] }
    const back = decodePayload(encodeFrames([frameText(frame)], place).bytes.subarray(FRAME_HEAD_BYTES))
    expect(back.request?.body.equals(body)).toBe(true)
    expect(back.rejected).toHaveLength(1)
  })
})
