import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMessageKeys } from './messageKey.ts'

const keys = createMessageKeys(new Uint8Array(32).fill(7))
const keyOf = (source: string, id: string, from = keys) => from.of(source, id).slice(0, 4).join()

test('the same id of the same source has the same key, and every other spelling another', () => {
  const uuid = '0189c3a2-7b5e-7c11-9d2f-3a4b5c6d7e8f'
  const same = [
    uuid,
    uuid.toUpperCase(),
    uuid.replaceAll('-', ''),
    `${uuid} `,
    uuid.replace('-', '_'),
    uuid.replace('8f', '8g'),
    `${uuid}\0`,
  ]
  expect(new Set(same.map(id => keyOf('web', id))).size).toBe(same.length)
  for (const id of same) expect(keyOf('web', id)).toBe(keyOf('web', id))
})

test('every character of an id counts, in a UUID and in a text of any length', () => {
  const ids = ['0189c3a2-7b5e-7c11-9d2f-3a4b5c6d7e8f', ...Array.from({ length: 40 }, (_, length) => 'k'.repeat(length))]
  for (const id of ids) {
    const others = [...id].flatMap((_, place) => ['0', 'd', 'D', '-', '\0'].map(put => `${id.slice(0, place)}${put}${id.slice(place + 1)}`))
    const texts = new Set([id, ...others])
    expect([id, new Set([...texts].map(text => keyOf('web', text))).size]).toEqual([id, texts.size])
  }
})

test('texts do not run into one another', () => {
  const texts = [
    '',
    '\0',
    '\0\0',
    'a',
    'a\0',
    'ab',
    'ā',
    'ab\0\0',
    'abcd',
    'abcde',
    'ab\u0100',
    'a\u0001',
    '\u0161\0',
    '\u6261',
    'x'.repeat(100),
    'x'.repeat(250),
    'x'.repeat(251),
    // As UTF-8 they take more room than as characters.
    `ā${'x'.repeat(98)}y`,
    `ā${'x'.repeat(98)}z`,
    `ÿ${'x'.repeat(98)}y`,
    `ÿ${'x'.repeat(98)}z`,
    `${'😀'.repeat(25)}${'x'.repeat(50)}`,
    `${'😀'.repeat(25)}${'x'.repeat(49)}y`,
  ]
  expect(new Set(texts.map(id => keyOf('web', id))).size).toBe(texts.length)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 120 }), fc.string({ unit: 'binary', maxLength: 120 }), (left, right) => {
      expect(keyOf('web', left) === keyOf('web', right)).toBe(left === right)
    }),
  )
})

test('UUIDs that differ in one bit have keys that have nothing in common', () => {
  const ids = Array.from({ length: 16 }, (_, digit) => `0189c3a2-7b5e-7c11-9d2f-3a4b5c6d7e8${digit.toString(16)}`)
  const words = ids.map(id => [...keys.of('web', id).slice(0, 4)])
  for (const place of [0, 1, 2, 3]) expect(new Set(words.map(key => key[place])).size).toBe(16)
})

test('what it is depends on the source and on a secret, so that nobody can prepare ids that meet', () => {
  const uuid = randomUUID()
  const others = createMessageKeys(new Uint8Array(32).fill(8))
  expect(new Set([keyOf('web', uuid), keyOf('app', uuid), keyOf('web', uuid, others)]).size).toBe(3)
  const difference = (source: string, id: string) =>
    keys
      .of('web', id)
      .slice(0, 4)
      .map((word, index) => word ^ (keys.of(source, id)[index] ?? 0))
      .join()
  expect(difference('app', uuid)).not.toBe(difference('app', randomUUID()))
})

test('more sources than are kept in mind change nothing', () => {
  const before = keyOf('web', 'm1')
  for (let number = 0; number < 3000; number++) keys.of(`import-${number}`, 'm1')
  expect(keyOf('web', 'm1')).toBe(before)
})

test('an id that stands in bytes has the key of its text', () => {
  const ids = fc.oneof(fc.uuid(), fc.string({ unit: 'binary-ascii', maxLength: 120 }))
  fc.assert(
    fc.property(ids, fc.nat(5), (id, before) => {
      const bytes = Buffer.from(`${'x'.repeat(before)}${id}"`)
      expect(
        keys
          .ofBytes('web', bytes, before, before + id.length)
          .slice(0, 4)
          .join(),
      ).toBe(keyOf('web', id))
    }),
  )
})
