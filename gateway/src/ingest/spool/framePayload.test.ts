import { EVENT_COLUMNS } from '@waymark/schemas/row'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countRow, eventRow, rejectedRow } from './frame.fixture.ts'
import { decodePayload, frameText, payloadCounts } from './framePayload.ts'
import { encodeFrames } from './frames.ts'
import { FRAME_HEAD_BYTES } from './segment.ts'

const place = { segment: '0191d2a4-5b1c-4c55-8a77-9f1e2d3c4b5a', firstEvent: 7, firstRejected: 3 }

describe('the text of a frame', () => {
  it('comes back as it went in, whatever the texts hold', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(fc.array(text, { maxLength: 3 }), fc.array(text, { maxLength: 3 }), text, (titles, raws, source_id) => {
        const events = titles.map((title, index) => eventRow({ message_id: `m${index}`, title, source_id }))
        const rejected = raws.map((raw, index) => rejectedRow({ raw, index }))
        const counts = [countRow({ source_id, received: titles.length + raws.length, rejected: raws.length })]
        const payload = encodeFrames([frameText({ events, rejected, counts })], place).bytes.subarray(FRAME_HEAD_BYTES)
        const back = decodePayload(payload)
        expect(back.segment).toBe(place.segment)
        expect(back.counts).toEqual(counts)
        expect(payloadCounts(payload)).toEqual({ segment: place.segment, counts })
        expect(back.events.map(({ index, json }) => [index, textsOf(json)])).toEqual(
          events.map((row, index) => [7 + index, EVENT_COLUMNS.map(column => row[column])]),
        )
        expect(back.rejected.map(({ index, json }) => [index, (JSON.parse(json) as string[]).at(-1)])).toEqual(
          rejected.map(({ raw }, index) => [3 + index, raw]),
        )
      }),
      { numRuns: 30 },
    )
  })
})

/** Columns of a line as the engine stores them: an object is the text that it is written as. */
function textsOf(line: string): unknown[] {
  return (JSON.parse(line) as unknown[]).map(value => (typeof value === 'object' ? JSON.stringify(value) : value))
}
