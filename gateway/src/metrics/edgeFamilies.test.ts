import { expect, test } from 'vitest'
import { createRefusals } from '../edge/refusals.ts'
import { edgeFamilies } from './edgeFamilies.ts'
import { exposition } from './exposition.ts'

test('who was turned away, and how many are there', () => {
  const refusals = createRefusals()
  refusals.byAddress()
  refusals.byAddress()
  refusals.bySource('web')
  refusals.byOrigin('web', 'https://evil.test', 1)
  const connections = { open: () => 12, refused: { all: 3, address: 4 }, cleared: () => 5 }
  const text = exposition(edgeFamilies(refusals.counts, connections))
  for (const line of [
    'waymark_requests_limited_total{limit="address"} 2',
    'waymark_requests_limited_total{limit="source"} 1',
    'waymark_source_requests_limited_total{source="web"} 1',
    'waymark_origin_refusals_total{source="web"} 1',
    'waymark_connections 12',
    'waymark_connections_refused_total{limit="all"} 3',
    'waymark_connections_refused_total{limit="address"} 4',
    'waymark_idle_connections_cleared_total 5',
  ])
    expect(text).toContain(`${line}\n`)
  expect(text).not.toContain('evil.test')
  expect(exposition(edgeFamilies(refusals.counts, null))).not.toContain('waymark_connections')
})
