import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDeviceClocks } from '../../enrich/devices.ts'
import { clockLine, parseClockLine } from './clockLine.ts'
import { HOUR, later, NOON, stalled } from './keptClocks.fixture.ts'

describe('a line of the file', () => {
  it('is read as what was written', () => {
    const clocks = createDeviceClocks()
    for (const moment of [stalled, later, { ...later, receivedAt: NOON + 13 * HOUR }]) {
      clocks.place(moment)
      for (const entry of clocks.all()) expect(parseClockLine(clockLine(entry))).toEqual(entry)
    }
  })

  it('is never something else, whatever it holds', () => {
    const [entry] = (() => {
      const clocks = createDeviceClocks()
      clocks.place(stalled)
      return [...clocks.all()]
    })()
    if (entry === undefined) throw new Error('no clock')
    const line = clockLine(entry)
    fc.assert(
      fc.property(fc.nat(line.length - 2), fc.constantFrom('x', '"', ',', '[', 'null', ''), (at, put) => {
        const found = parseClockLine(line.slice(0, at) + put + line.slice(at + 1))
        if (found === null) return
        const placed = createDeviceClocks(10, { known: [found] }).place({ ...later, device: found[0] })
        expect(Number.isSafeInteger(placed.timestamp)).toBe(true)
      }),
    )
    for (const wrong of [
      '',
      '1',
      '[]',
      'null',
      '{"a":1}',
      '["k",[1,null],1,1,1,null,1,[]]',
      '["k",[1,null],1,1,1,null,1,[[null,null,null]]]',
    ])
      expect(parseClockLine(wrong)).toBe(null)
  })
})
