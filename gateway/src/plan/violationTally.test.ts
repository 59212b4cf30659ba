import { expect, it } from 'vitest'
import { PLAN } from './example.fixture.ts'
import { createViolationTally } from './violationTally.ts'

const AT = Date.UTC(2026, 2, 1, 9)
const SUBJECT = { segment_id: 's', source_id: 'web', hour: AT, received_at: AT, type: 'track' }

it('names of events and of properties that no end is to make no list without end, and every violation is counted', () => {
  const tally = createViolationTally()
  const add = (event: string, path: string) =>
    tally.add({ ...SUBJECT, event }, { code: 'unplanned_event', path, message: 'is not in the plan' }, PLAN)
  for (let n = 0; n < 6_000; n++) add(`Named ${n}`, '/event')
  for (let n = 0; n < 1_000; n++) add('Named 1', `/properties/p${n}`)
  // A kind that is told apart stays so.
  add('Named 1', '/event')
  const rows = tally.rows() as { event: string; path: string; n: number }[]
  expect(rows).toHaveLength(5_001)
  expect(rows.find(({ event }) => event === 'Named 1')).toMatchObject({ path: '/event', n: 2 })
  expect(rows.find(({ event }) => event === '')).toMatchObject({ path: '', n: 2_000 })
})
