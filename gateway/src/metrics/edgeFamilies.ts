import type { Connections } from '../edge/connections.ts'
import type { Refusals } from '../edge/refusals.ts'
import { counter, type Family, gauge } from './exposition.ts'

/** Who was turned away before anything was read of them, and how many are there. Pure. */
export function edgeFamilies(refusals: Refusals['counts'], connections: Connections['counts'] | null): Family[] {
  const bySource = (counts: ReadonlyMap<string, number>) => [...counts].map(([source, value]) => ({ labels: { source }, value }))
  return [
    counter('waymark_requests_limited_total', 'Requests answered with 429, by the limit that was reached.', [
      { labels: { limit: 'address' }, value: refusals.addresses() },
      { labels: { limit: 'source' }, value: [...refusals.sources.values()].reduce((sum, count) => sum + count, 0) },
    ]),
    counter(
      'waymark_source_requests_limited_total',
      'Requests answered with 429 because their source sends too much.',
      bySource(refusals.sources),
    ),
    counter(
      'waymark_origin_refusals_total',
      'Requests of pages that their source does not list, answered with 403.',
      bySource(refusals.origins),
    ),
    ...(connections === null
      ? []
      : [
          gauge('waymark_connections', 'Open connections of clients.', connections.open()),
          counter('waymark_connections_refused_total', 'Connections closed at once: too many in all, or from one address.', [
            { labels: { limit: 'all' }, value: connections.refused.all },
            { labels: { limit: 'address' }, value: connections.refused.address },
          ]),
          counter('waymark_idle_connections_cleared_total', 'Times that idle connections were closed to make room.', connections.cleared()),
        ]),
  ]
}
