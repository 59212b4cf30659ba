import { expect, test } from 'vitest'
import { spanOfTime } from './spanOfTime.ts'

test.each([
  ['90s', 90_000],
  ['15min', 900_000],
  ['24h', 86_400_000],
  ['7 d', 604_800_000],
  ['0', 0],
  ['0s', 0],
  ['', null],
  ['7', null],
  ['7w', null],
  ['-1d', null],
  ['1e3s', null],
])('%s is %s ms', (text, ms) => {
  expect(spanOfTime(text)).toBe(ms)
})
