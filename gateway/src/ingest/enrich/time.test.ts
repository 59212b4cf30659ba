import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTime, storable } from './time.ts'

describe('times of the wire', () => {
  it.each([
    ['2026-03-01T09:05:00.000Z', '2026-03-01T09:05:00.000Z'],
    ['2026-03-01T09:05:00Z', '2026-03-01T09:05:00.000Z'],
    ['2026-03-01T09:05Z', '2026-03-01T09:05:00.000Z'],
    ['2026-03-01 09:05:00', '2026-03-01T09:05:00.000Z'],
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T10:05:00.123456+01:00', '2026-03-01T09:05:00.123Z'],
    ['2026-03-01T10:05:00,5+0100', '2026-03-01T09:05:00.500Z'],
    ['2026-03-01T04:05:00-05', '2026-03-01T09:05:00.000Z'],
    [' 2024-02-29t23:59:59z ', '2024-02-29T23:59:59.000Z'],
  ])('%s is %s', (text, iso) => {
    const ms = parseTime(text)
    expect(ms === null ? null : new Date(ms).toISOString()).toBe(iso)
  })

  it.each([
    '',
    'yesterday',
    'Order 7',
    '2026-02-30T00:00:00Z',
    '2025-02-29',
    '2026-13-01',
    '2026-03-01T25:00:00Z',
    '1772355900',
    '+010000-01-01T00:00:00Z',
    '03/01/2026',
  ])('“%s” is none', text => {
    expect(parseTime(text)).toBeNull()
  })

  it('reads back every time that JavaScript writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(0, 0, 1), max: Date.UTC(9999, 11, 31) }), ms => parseTime(new Date(ms).toISOString()) === ms),
    )
  })

  it('are held to what the warehouse can store', () => {
    expect(new Date(storable(Date.UTC(1700, 0, 1))).getUTCFullYear()).toBe(1900)
    expect(new Date(storable(Date.UTC(9999, 0, 1))).getUTCFullYear()).toBe(2299)
    expect(storable(1.6)).toBe(2)
  })
})
