import { TIME_SPAN } from '@waymark/schemas/limits'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTimeReader, isStorable, parseTime } from './time.ts'

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
    fc.assert(fc.property(fc.integer({ min: TIME_SPAN.from, max: TIME_SPAN.to }), ms => parseTime(new Date(ms).toISOString()) === ms))
  })

  it('reads the usual spelling as it reads any other, sense or nonsense', () => {
    const at = (most: number, digits: number) => fc.integer({ min: 0, max: most }).map(number => String(number).padStart(digits, '0'))
    const parts = fc.tuple(at(2200, 4), at(14, 2), at(33, 2), at(25, 2), at(61, 2), at(61, 2), at(999, 3))
    fc.assert(
      fc.property(parts, ([year, month, day, hour, minute, second, ms]) => {
        const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}`
        expect(parseTime(`${text}Z`)).toBe(parseTime(`${text}+00:00`))
      }),
      { numRuns: 2000 },
    )
  })

  it.each([4, 7, 10, 13, 16, 19, 21, 23])('does not take a text for a time that has another character at %i', place => {
    const text = '2026-03-01T09:05:00.000Z'
    expect(parseTime(`${text.slice(0, place)}x${text.slice(place + 1)}`)).toBeNull()
  })

  it.each([
    ['1970-01-01T00:00:00.000Z', false],
    ['1970-01-02T23:59:59.999Z', false],
    ['1970-01-03T00:00:00.000Z', true],
    ['2148-12-31T23:59:59.999Z', true],
    ['2149-01-01T00:00:00.000Z', false],
    ['2149-01-01T00:30:00+01:00', true],
    ['1900-01-01', false],
    ['0001-01-01T00:00:00Z', false],
  ])('%s can be stored: %s', (text, can) => {
    expect(parseTime(text) !== null).toBe(can)
    expect(isStorable(Date.parse(text))).toBe(can)
  })

  it('is read the same one after another', () => {
    const read = createTimeReader()
    for (const text of ['', '2026-03-01', '2026-03-01', 'soon', 'soon', '2026-03-02', '']) expect(read(text)).toBe(parseTime(text))
  })
})
