import { expect, test } from 'vitest'
import { dayBatches } from './dayBatches.ts'

test('a batch of days holds what one statement can carry, and no month without news', () => {
  const day = (day: string, events = 1) => ({ day, events })
  expect(dayBatches([day('2026-01-01'), day('2026-02-01', 99_999), day('2026-02-02'), day('2026-03-06', 200_000)])).toMatchObject([
    { days: ['2026-01-01', '2026-02-01'], first_day: '2026-01-01', last_day: '2026-02-01', events_from: '2025-12-31 00:00:00.000' },
    { days: ['2026-02-02'], first_day: '2026-02-02', last_day: '2026-02-02' },
    { days: ['2026-03-06'] },
  ])
})
