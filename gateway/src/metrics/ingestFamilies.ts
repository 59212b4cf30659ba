import { counter, type Family, gauge, type Sample } from './exposition.ts'
import type { SourceTally, Tally } from './tally.ts'

/** What came in, and what became of it: `received = accepted + deduplicated + rejected + suppressed`, per source. Pure. */
export function ingestFamilies({ counts, acks, syncs }: Pick<Tally, 'counts' | 'acks' | 'syncs'>): Family[] {
  const sources = [...counts.bySource]
  const each = (of: (tally: SourceTally) => number): Sample[] =>
    sources.map(([source, tally]) => ({ labels: { source }, value: of(tally) }))
  const rejected = sources.flatMap(([source, tally]) => [...tally.rejected].map(([code, value]) => ({ labels: { source, code }, value })))
  const { loads } = counts
  return [
    counter(
      'waymark_events_received_total',
      'Events of requests that were answered with 200.',
      each(tally => tally.received),
    ),
    counter(
      'waymark_events_accepted_total',
      'Events made durable, to be stored.',
      each(tally => tally.accepted),
    ),
    counter(
      'waymark_events_deduplicated_total',
      'Events seen before, found on arrival.',
      each(tally => tally.deduplicated),
    ),
    counter(
      'waymark_events_suppressed_total',
      'Events of people who must not be stored.',
      each(tally => tally.suppressed),
    ),
    counter(
      'waymark_events_conflicting_total',
      'Events with the message id of an earlier event of their source and other content: the first was kept. They are among the deduplicated.',
      each(tally => tally.conflicts),
    ),
    counter('waymark_events_rejected_total', 'Events kept as rejected events, by code.', rejected),
    counter(
      'waymark_ingest_requests_total',
      'Requests of the ingest routes, by HTTP status.',
      [...counts.byStatus].map(([status, value]) => ({ labels: { status: String(status) }, value })),
    ),
    acks.family('waymark_ingest_ack_seconds', 'From the head of a request to its 200: by then its events survive a crash.'),
    syncs.family('waymark_spool_sync_seconds', 'Time of one fdatasync of the spool.'),
    counter('waymark_loader_segments_total', 'Segments loaded into the tables.', loads.segments),
    counter('waymark_loader_rows_total', 'Rows loaded, by table.', [
      { labels: { table: 'events' }, value: loads.events },
      { labels: { table: 'rejected_events' }, value: loads.rejected },
    ]),
    counter(
      'waymark_loader_quarantined_total',
      'Accepted events that the engine would not take; they are rejected events.',
      loads.quarantined,
    ),
    counter(
      'waymark_loader_failures_total',
      'Loads that failed and are tried again: retry (engine away or busy), rows (a row is to blame), unknown, unreadable (disk).',
      ['retry', 'rows', 'unknown', 'unreadable'].map(kind => ({ labels: { class: kind }, value: counts.loadFailures.get(kind) ?? 0 })),
    ),
    gauge(
      'waymark_loader_last_load_timestamp_seconds',
      'When a segment was last loaded.',
      loads.lastAt === null ? null : loads.lastAt / 1000,
    ),
    gauge('waymark_live_streams', 'Open live pages of the console.', counts.openStreams()),
  ]
}
