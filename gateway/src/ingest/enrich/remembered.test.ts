import fc from 'fast-check'
import { expect, it } from 'vitest'
import { remembered } from './remembered.ts'

/** A function that counts how often it was really asked. */
function counted(capacity: number, maxChars = 10) {
  const asked: string[] = []
  const ask = remembered(
    text => {
      asked.push(text)
      return text === 'none' ? null : text.toUpperCase()
    },
    capacity,
    maxChars,
  )
  return { ask, asked }
}

it('answers as without memory, whatever was asked before', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 2 }), { maxLength: 60 }), fc.integer({ min: 2, max: 9 }), (texts, capacity) => {
      const { ask } = counted(capacity)
      expect(texts.map(ask)).toEqual(texts.map(text => text.toUpperCase()))
    }),
  )
})

it('asks once for what comes again and again, null included', () => {
  const { ask, asked } = counted(4)
  for (let round = 0; round < 5; round++) for (const text of ['a', 'none']) ask(text)
  expect(asked).toEqual(['a', 'none'])
})

it('keeps what is in use while others come and go', () => {
  const { ask, asked } = counted(4)
  for (let other = 0; other < 50; other++) {
    ask('used')
    ask(`other ${other}`)
  }
  expect(asked.filter(text => text === 'used')).toHaveLength(1)
})

it('forgets what was not asked for while as many others came as it holds', () => {
  const { ask, asked } = counted(4)
  for (const text of ['a', 'b', 'c', 'd', 'e', 'a']) ask(text)
  expect(asked.filter(text => text === 'a')).toHaveLength(2)
})

it('does not remember long texts', () => {
  const { ask, asked } = counted(4, 3)
  ask('long')
  expect(ask('long')).toBe('LONG')
  expect(asked).toEqual(['long', 'long'])
})
