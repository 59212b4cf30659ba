import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CsvField, csvLine, guardFormula } from './csv.ts'

/** Records by RFC 4180, read character by character. */
function parse(text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  let at = 0
  while (at < text.length) {
    let field = ''
    if (text[at] === '"') {
      for (at += 1; text[at] !== '"' || text[at + 1] === '"'; at += 1) {
        if (at >= text.length) throw new Error('a quote is not closed')
        if (text[at] === '"') at += 1
        field += text[at]
      }
      at += 1
    } else {
      for (; at < text.length && text[at] !== ',' && text[at] !== '\r'; at += 1) {
        if (text[at] === '"' || text[at] === '\n') throw new Error('a bare quote or line feed')
        field += text[at]
      }
    }
    record.push(field)
    if (text[at] === ',') {
      at += 1
      if (at === text.length) throw new Error('no end of line')
    } else if (text.startsWith('\r\n', at)) {
      records.push(record)
      record = []
      at += 2
    } else throw new Error(`neither comma nor line end at ${at}`)
  }
  return records
}

const nasty = fc.string({
  unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '\0', '"', "'", ',', ';', ' ', '\u200b', '＝', 'a', '1', 'é'),
  maxLength: 12,
})

describe('a line of CSV', () => {
  it('gives back every field when it is read, but for the guard', () => {
    const field = fc.oneof(nasty, fc.string({ unit: 'grapheme' }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null))
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }), records => {
        const told = (value: CsvField) => (value === null ? '' : typeof value === 'number' ? String(value) : guardFormula(value))
        expect(parse(records.map(csvLine).join(''))).toEqual(records.map(record => record.map(told)))
      }),
    )
  })

  it('never lets a text begin like a formula, whatever stands before', () => {
    fc.assert(
      fc.property(nasty, text => {
        const guarded = guardFormula(text)
        expect(guarded === text || guarded === `'${text}`).toBe(true)
        // What a spreadsheet sees that drops white space, quotes and invisible characters.
        const seen = text.replace(/^[\s\p{Cc}\p{Cf}"']+/u, '')
        expect(guarded.startsWith("'")).toBe(text.startsWith("'") || /^[=+\-@＝]/.test(seen) || /^[\t\r\0]/.test(text))
      }),
    )
  })

  it.each([
    ['=HYPERLINK("http://evil.example")', `"'=HYPERLINK(""http://evil.example"")"`],
    ['+49 30 1234', "'+49 30 1234"],
    [' =1+1', "' =1+1"],
    ['"=1+1', `"'""=1+1"`],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', `"'\t=1"`],
    ['a=1', 'a=1'],
    ['Acme, Inc.', '"Acme, Inc."'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['semi;colon', '"semi;colon"'],
  ])('writes %j as %j', (text, written) => expect(csvLine([text])).toBe(`${written}\r\n`))

  it('keeps numbers numbers, also negative ones, and leaves out what is none', () => {
    expect(csvLine([-3.5, 0, 12, null, Number.NaN, ''])).toBe('-3.5,0,12,,,\r\n')
  })
})
