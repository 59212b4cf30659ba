import { expect, test } from 'vitest'
import { ruleScores } from './rules.ts'

test('the rules of enrichment are as right about public lists as they were', { timeout: 120_000 }, () => {
  const scores = ruleScores()
  expect(scores.filter(({ right, cases, least }) => right / cases < least)).toEqual([])
  // A list that was not found, or is read wrongly, proves nothing.
  expect(scores.map(({ cases }) => cases >= 5)).not.toContain(false)
  expect(scores.reduce((sum, { cases }) => sum + cases, 0)).toBeGreaterThan(40_000)
})
