import { expect, test } from 'vitest'
import { testFrame } from '../ingest/spool/frame.fixture.ts'
import { exposition } from './exposition.ts'
import { ingestFamilies } from './ingestFamilies.ts'
import { parseMetrics } from './parse.fixture.ts'
import { createTally, OTHER_SOURCES } from './tally.ts'

test('a frame counts once it is durable, and not before', () => {
  const tally = createTally()
  const durable = tally.storing(testFrame(['a', 'b'], { source: 'web', rejected: 1, deduplicated: 4, suppressed: 2 }))
  expect(tally.counts.bySource.size).toBe(0)
  durable()
  expect(tally.counts.bySource.get('web')).toMatchObject({ received: 9, accepted: 2, deduplicated: 4, suppressed: 2 })
  expect([...(tally.counts.bySource.get('web')?.rejected.values() ?? [])]).toEqual([1])
})

test('sources that imports name themselves cannot make lines without end', () => {
  const tally = createTally()
  for (let number = 0; number < 500; number++) tally.storing(testFrame(['a'], { source: `import-${number}` }))()
  expect(tally.counts.bySource.size).toBe(201)
  expect(tally.counts.bySource.get(OTHER_SOURCES)?.received).toBe(300)
})

test('copies that were none by their content are told by source', () => {
  const tally = createTally()
  tally.conflicted('web', 2)
  tally.conflicted('app', 1)
  const told = parseMetrics(exposition(ingestFamilies(tally))).get('waymark_events_conflicting_total')
  expect([...(told?.values ?? [])]).toEqual([
    ['waymark_events_conflicting_total{source="web"}', 2],
    ['waymark_events_conflicting_total{source="app"}', 1],
  ])
})

test('only what was acknowledged is in the time of acknowledging', () => {
  const tally = createTally()
  for (const status of [200, 200, 401, 429]) tally.answered(status, 2)
  const read = parseMetrics(exposition(ingestFamilies(tally)))
  expect(read.get('waymark_ingest_ack_seconds')?.values.get('waymark_ingest_ack_seconds_count')).toBe(2)
  expect([...(read.get('waymark_ingest_requests_total')?.values.values() ?? [])]).toEqual([2, 1, 1])
})
