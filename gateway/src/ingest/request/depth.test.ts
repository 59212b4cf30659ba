import { expect, it } from 'vitest'
import { track } from '../receive.fixture.ts'
import { deeperThan, isMostlyBrackets } from './depth.ts'

it.each([
  ['brackets', () => '['.repeat(200_000)],
  ['brackets that close', () => '['.repeat(200_000) + ']'.repeat(200_000)],
  ['objects in each other', () => `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
])('%s are found out by a few of their bytes', (_, text) => {
  expect(isMostlyBrackets(Buffer.from(text()))).toBe(true)
})

it('ordinary events and short bodies are not looked at twice', () => {
  const batch = (count: number) => Buffer.from(JSON.stringify({ batch: Array.from({ length: count }, (_, n) => track(`m${n}`)) }))
  const suspects = Array.from({ length: 50 }, (_, n) => batch(1_000 + n)).filter(isMostlyBrackets)
  expect(suspects.length).toBeLessThan(10)
  expect(isMostlyBrackets(Buffer.from('['.repeat(60_000)))).toBe(false)
})

it.each([
  ['[[[]]]', 3],
  ['[{"a":[]}]', 3],
  ['["[[[[{{{{", "\\"[[["]', 1],
  ['[[],[],[],[],[]]', 2],
  ['{"a":{"b":1},"c":[{"d":"}"}]}', 3],
  ['', 0],
])('%s is nested %i deep, whatever stands in its texts', (text, depth) => {
  const json = Buffer.from(text)
  if (depth > 0) expect(deeperThan(depth - 1, json)).toBe(true)
  for (const most of [depth, depth + 1, 100]) expect(deeperThan(most, json)).toBe(false)
})
