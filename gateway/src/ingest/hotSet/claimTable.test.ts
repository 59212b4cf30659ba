import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createClaimTable } from './claimTable.ts'

// Keys that meet at their places in the table, and at its end.
const word = fc.constantFrom(1, 2, 3, 2047, 2048, 4095, -1, -2)
const key = fc.tuple(word, word, fc.constant(7), fc.nat(2))
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('add' as const), key, note: fc.nat(0xffff), flight: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('land' as const), flight: fc.nat(3) }) },
)

test('finds what is claimed and nothing else, and gives back what a flight claimed, newest first', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), steps => {
      const table = createClaimTable()
      const model = new Map<string, { note: number; flight: number; claim: number }>()
      const last = new Map<number, number>()
      for (const one of steps) {
        if (one.do === 'add') {
          const words = Int32Array.from(one.key)
          const known = model.get(words.join())
          expect(table.find(words)).toBe(known?.claim ?? -1)
          if (known !== undefined) continue
          const claim = table.add(words, one.note, one.flight, last.get(one.flight) ?? -1)
          last.set(one.flight, claim)
          model.set(words.join(), { note: one.note, flight: one.flight, claim })
        } else {
          const given: string[] = []
          const into = new Int32Array(4)
          for (let claim = last.get(one.flight) ?? -1; claim !== -1; ) {
            claim = table.remove(claim, into)
            given.push(into.join())
          }
          last.delete(one.flight)
          const own = [...model].filter(([, { flight }]) => flight === one.flight).map(([name]) => name)
          expect(given).toEqual(own.toReversed())
          for (const name of own) model.delete(name)
        }
        expect(table.size()).toBe(model.size)
        for (const [name, { note, flight, claim }] of model) {
          expect(table.find(Int32Array.from(name.split(',').map(Number)))).toBe(claim)
          expect([table.noteOf(claim), table.flightOf(claim)]).toEqual([note, flight])
        }
      }
    }),
  )
})

test('holds many more than it began with', () => {
  const table = createClaimTable()
  const keyOf = (number: number) => Int32Array.of(Math.imul(number, 0x9e3779b1) | 1, number, 3, 4)
  let last = -1
  for (let number = 0; number < 10_000; number++) last = table.add(keyOf(number), number & 0xffff, 1, last)
  for (let number = 0; number < 10_000; number++) expect(table.noteOf(table.find(keyOf(number)))).toBe(number & 0xffff)
  const into = new Int32Array(4)
  while (last !== -1) last = table.remove(last, into)
  expect([table.size(), table.find(keyOf(1))]).toEqual([0, -1])
})
