import { expect, test } from 'vitest'
import { readArguments } from './calls.ts'

const done = () => undefined

test.each([
  ['one name', ['Home'], 2, ['Home'], {}, {}],
  ['category and name', ['Docs', 'Intro', { a: 1 }, { timestamp: 7 }], 2, ['Docs', 'Intro'], { a: 1 }, { timestamp: 7 }],
  ['no category', [null, 'Intro'], 2, [undefined, 'Intro'], {}, {}],
  ['properties alone', [{ a: 1 }], 2, [], { a: 1 }, {}],
  ['nothing', [], 2, [], {}, {}],
  ['no properties but options', ['Event', null, { timestamp: 7 }], 1, ['Event'], {}, { timestamp: 7 }],
  ['traits without an id', [{ email: 'a@b.test' }], 1, [], { email: 'a@b.test' }, {}],
  ['null for an id', [null, { email: 'a@b.test' }], 1, [undefined], { email: 'a@b.test' }, {}],
  ['a number for an id', [42, { a: 1 }], 1, ['42'], { a: 1 }, {}],
  ['an empty id', ['', { a: 1 }], 1, [undefined], { a: 1 }, {}],
  ['text where properties belong', ['Event', 'oops'], 1, ['Event'], {}, {}],
  ['two ids', ['new', 'old', { timestamp: 7 }], 2, ['new', 'old'], { timestamp: 7 }, {}],
])('reads %s', (_, args, count, words, data, options) => {
  expect(readArguments(args, count)).toEqual({ words, data, options, callback: undefined })
})

test.each([[['Event', done]], [['Event', { a: 1 }, done]], [['Event', {}, {}, done]]])('finds the callback wherever it stands', args => {
  expect(readArguments(args, 1)).toMatchObject({ words: ['Event'], callback: done })
})
