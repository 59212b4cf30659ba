import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readCursor, writeCursor } from './cursor.ts'
import { label, safeLink } from './label.ts'
import { parseInstant } from './parameters.ts'

const SAFE = { string: fc.string({ unit: 'binary' }), number: fc.double({ noNaN: true, noDefaultInfinity: true }) }

it('gives back what a cursor was made of, whatever it was', () => {
  fc.assert(
    fc.property(
      SAFE.number,
      SAFE.string.filter(text => text.isWellFormed()),
      (number, text) => {
        const [backNumber, backText] = readCursor('list', writeCursor('list', [number, text]), [0, '']) ?? []
        // -0 comes back as 0, which compares the same.
        expect(backNumber === number && backText === text).toBe(true)
      },
    ),
  )
})

it('refuses any text that is no cursor of the list, and nothing else goes wrong', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), text => {
      expect(() => readCursor('list', text, [0, ''])).toThrow('cursor')
    }),
  )
  expect(() => readCursor('list', writeCursor('other', [0, '']), [0, ''])).toThrow('cursor')
  expect(() => readCursor('list', writeCursor('list', ['0', '']), [0, ''])).toThrow('cursor')
  expect(() => readCursor('list', writeCursor('list', [0, '', 1]), [0, ''])).toThrow('cursor')
})

it.each([
  ['2026-03-01', Date.UTC(2026, 2, 1)],
  ['2026-03-01T09:05:00Z', Date.UTC(2026, 2, 1, 9, 5)],
  ['2026-03-01T09:05:00.5+02:00', Date.UTC(2026, 2, 1, 7, 5, 0, 500)],
  ['2026-02-29', null],
  ['2026-02-30T00:00:00Z', null],
  ['2026-03-01T09:05:00', null],
  ['03/01/2026', null],
  ['1969-12-31', null],
  ['', null],
])('reads the time %j as %j', (text, ms) => {
  expect(parseInstant(text)).toBe(ms)
})

it('leaves nothing in a label that is invisible or turns the reading direction, and keeps it short', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => {
      const shown = label(text, 80)
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
      expect([...shown].length).toBeLessThanOrEqual(80)
    }),
  )
  expect(label('  Ana\n\tSilva ')).toBe('Ana Silva')
  expect(label('abc\u202egnp.exe')).toBe('abcgnp.exe')
})

it('links to http and https addresses alone', () => {
  expect(safeLink('https://acme.example/a?b#c')).toBe('https://acme.example/a?b#c')
  for (const address of [
    'javascript:alert(1)',
    'java\nscript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    '//acme.example',
    '/path',
    'https://bank.example@evil.example/',
    '',
  ]) {
    expect(safeLink(address), address).toBeNull()
  }
})
