import { getRandomValues } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createKeyTable } from './keyTable.ts'

function randomKeys(count: number): Int32Array[] {
  return Array.from({ length: count }, () => {
    const key = getRandomValues(new Int32Array(4))
    if (key[0] === 0) key[0] = 1
    return key
  })
}

test('finds what was added with what was added beside it, and nothing else, however full it is', () => {
  const table = createKeyTable(20_000)
  const keys = randomKeys(26_000)
  for (const [index, key] of keys.entries()) {
    expect(table.find(key)).toBe(-1)
    table.add(key, index & 0xffff)
  }
  expect(table.size()).toBe(26_000)
  expect(keys.every((key, index) => table.find(key) === (index & 0xffff))).toBe(true)
  expect(randomKeys(10_000).some(key => table.find(key) !== -1)).toBe(false)
})

test('tells keys apart that begin alike, at the end of a block as elsewhere', () => {
  const word = fc.constantFrom(1, 2, -1, -2, 0x7fffffff, -0x80000000)
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word, word, word), { maxLength: 60 }), given => {
      const table = createKeyTable(4)
      const model = new Map<string, number>()
      for (const [note, key] of given.entries()) {
        const words = Int32Array.from(key)
        expect(table.find(words)).toBe(model.get(key.join()) ?? -1)
        if (model.has(key.join())) continue
        model.set(key.join(), note)
        table.add(words, note)
      }
      expect(table.size()).toBe(model.size)
      for (const [key, note] of model) expect(table.find(Int32Array.from(key.split(',').map(Number)))).toBe(note)
    }),
  )
})

test('takes nothing while it is empty, and at its fullest less than 22 bytes a key', () => {
  const table = createKeyTable(66_666)
  expect(table.bytes()).toBe(0)
  const key = new Int32Array(4)
  for (let index = 0; index < 66_666; index++) table.add(getRandomValues(key), 0)
  expect(table.bytes() / table.size()).toBeLessThan(22)
})
