import { expect, test } from 'vitest'
import { watchWrites } from './writeWatch.ts'

const NONE = { disk_full: 0, spool_full: 0, source_share: 0, disk_slow: 0, stopping: 0 }
const seen = (write_failed: number, count: number) => ({ refused: { ...NONE, write_failed }, syncs: { count, totalMs: 0, slowestMs: 0 } })

test('writes fail from the first look that finds failures and no success, until one goes well', () => {
  const isFailing = watchWrites(() => 0)
  expect([seen(0, 0), seen(0, 3), seen(2, 3), seen(2, 3), seen(3, 4), seen(3, 4)].map(isFailing)).toEqual([
    false,
    false,
    true,
    true,
    false,
    false,
  ])
})

test('without news it is tried again after ten seconds', () => {
  const clock = { at: 0 }
  const isFailing = watchWrites(() => clock.at)
  isFailing(seen(1, 0))
  clock.at = 9_999
  expect(isFailing(seen(1, 0))).toBe(true)
  clock.at = 10_000
  expect(isFailing(seen(1, 0))).toBe(false)
})
