import { describe, expect, it } from 'vitest'
import { plainError } from './plainError.ts'

describe('the text of an error', () => {
  it.each([
    ["Cannot parse string 'ana@acme.test' as UInt64: syntax error", 'Cannot parse string “…” as UInt64: syntax error'],
    [
      'Memory limit (total) exceeded: would use 1.2 GiB, maximum: 1 GiB: While executing AggregatingTransform',
      'Memory limit (total) exceeded: would use 1.2 GiB, maximum: 1 GiB',
    ],
    ["Unknown table expression identifier 'touch_daily' in scope SELECT secret FROM x", 'Unknown table expression identifier touch_daily'],
    ["Cannot parse input: expected '\"' before: 'Ana Almeida, ana@acme.test", 'Cannot parse input: expected “…” before: “…”'],
    ['bad value near ana@acme.test here', 'bad value near … here'],
    ['Cannot parse\nRow 1:\nColumn 0, name: x, parsed text: "ana"', 'Cannot parse'],
    ["it's 'a \\' trick' ana", "it's “…” ana"],
    ['', ''],
  ])('of %s tells the trouble, not the data', (given, plain) => {
    expect(plainError(given)).toBe(plain)
  })

  it('is cut where it is long', () => {
    expect(plainError('x'.repeat(5000))).toHaveLength(300)
  })
})
