import { expect, test } from 'vitest'
import { horizonDay } from './horizon.ts'

const REAL = 20_000

test('the first run computes through its own day', () => {
  expect(horizonDay({ today: 12, through: null, realDay: REAL })).toBe(12)
})

test('time goes on, and a run as of the past takes nothing back', () => {
  expect(horizonDay({ today: REAL, through: REAL - 1, realDay: REAL })).toBe(REAL)
  expect(horizonDay({ today: 12, through: REAL, realDay: REAL })).toBe(REAL)
})

test('a look ahead is taken back by the next run of the present, or of a nearer future', () => {
  expect(horizonDay({ today: REAL + 90, through: REAL, realDay: REAL })).toBe(REAL + 90)
  expect(horizonDay({ today: REAL, through: REAL + 90, realDay: REAL })).toBe(REAL)
  expect(horizonDay({ today: REAL + 30, through: REAL + 90, realDay: REAL })).toBe(REAL + 30)
})
