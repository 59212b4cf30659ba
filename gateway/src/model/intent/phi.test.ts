import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../test/engine.ts'
import { rows } from '../../db/query.ts'
import { erf, normalCdf } from './phi.ts'
import { MODEL } from './scoreRows.fixture.ts'
import { surgeOf, zeta } from './surge.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase({ tables: false })
})
afterAll(() => database.close())

test('the normal distribution is exact where tables give it', () => {
  // Values of Φ to 16 digits, computed with 50.
  expect(normalCdf(0)).toBe(0.5)
  expect(Math.abs(normalCdf(1) - 0.8413447460685429)).toBeLessThan(1e-15)
  expect(Math.abs(normalCdf(1.959963984540054) - 0.975)).toBeLessThan(1e-15)
  expect(Math.abs(normalCdf(-3) - 0.00134989803163009)).toBeLessThan(1e-15)
})

test('the engine has the same error function to the last digits', async () => {
  const points = Array.from({ length: 400 }, (_, index) => (index - 200) / 30)
  const [found] = await rows<{ points: number[] }, { values: number[] }>(
    database.db.reader,
    { name: 'test', sql: 'SELECT arrayMap(x -> erf(x), {points:Array(Float64)}) AS values' },
    { points },
  )
  for (const [index, x] of points.entries()) expect(Math.abs((found?.values[index] ?? 0) - erf(x))).toBeLessThan(3e-15)
})

test('zeta gives the examples of the method', () => {
  const flat = { s: 1, phi: 1 }
  const of = (recent: number, base: number) => zeta({ recent, base }, flat, MODEL.surge)
  expect([of(6, 12), of(12, 12), of(12, 48), of(24, 48), of(3, 0)].map(value => Number(value.toFixed(2)))).toEqual([
    1.49, 3.48, 0.44, 3.28, 2.14,
  ])
})

test('a surge needs five person-days and four weeks', () => {
  const flat = { s: 1, phi: 1 }
  expect(surgeOf({ recent: 4, base: 0, knownDays: 100 }, flat, MODEL.surge)).toEqual({ points: 0, index: null })
  expect(surgeOf({ recent: 5, base: 0, knownDays: 27 }, flat, MODEL.surge)).toEqual({ points: 0, index: null })
  expect(surgeOf({ recent: 5, base: 0, knownDays: 28 }, flat, MODEL.surge).points).toBeGreaterThan(14)
  expect(surgeOf({ recent: 5, base: 300, knownDays: 28 }, flat, MODEL.surge).points).toBe(0)
})
