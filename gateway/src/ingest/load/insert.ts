import { Readable } from 'node:stream'
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client'
import { EVENT_COLUMNS, REJECTED_COLUMNS } from '@waymark/schemas/row'
import type { Line } from '../spool/framePayload.ts'

const SETTINGS: ClickHouseSettings = {
  async_insert: 0,
  // The loader looks before it repeats; a token or a block hash would drop rows that only look the same.
  insert_deduplicate: 0,
  // One block, one part: a segment stays below every block limit, and one thread parses it cheaper than several.
  input_format_parallel_parsing: 0,
  max_partitions_per_insert_block: '0',
  materialized_views_ignore_errors: 0,
  input_format_skip_unknown_fields: 0,
  // The status line must be the insert's own answer: progress headers would be sent with 200 before the end.
  send_progress_in_http_headers: 0,
}

/** Longer means that the engine hangs; the insert is then ended and looked up. */
const LONGEST_INSERT_MS = 60_000

export interface TableTarget {
  readonly table: string
  readonly columns: readonly string[]
}

/** Tables whose rows begin with `segment_id, segment_index`. */
export const EVENTS_TARGET: TableTarget = { table: 'events_in', columns: EVENT_COLUMNS }
export const REJECTED_TARGET: TableTarget = { table: 'rejected_events', columns: REJECTED_COLUMNS }
export const COUNTS_TARGET: TableTarget = {
  table: 'ingest_counts',
  columns: [
    'source_id',
    'hour',
    'received',
    'deduplicated',
    'rejected',
    'suppressed',
    'first_received_at',
    'last_received_at',
    'loaded_at',
  ],
}

/** One insert with rows that are already JSON arrays. */
export async function insertLines(
  client: ClickHouseClient,
  { table, columns }: TableTarget,
  segment: string,
  lines: readonly Line[],
): Promise<void> {
  if (lines.length === 0) return
  const names = ['segment_id', 'segment_index', ...columns].map(name => `\`${name}\``).join(', ')
  const body = Buffer.from(lines.map(({ index, json }) => `["${segment}",${index},${json.slice(1)}`).join('\n'))
  const { stream } = await client.exec({
    query: `INSERT INTO ${table} (${names}) FORMAT JSONCompactEachRow`,
    values: Readable.from([body], { objectMode: false }),
    // The prefix finds every insert of a segment that may still run when another process takes over.
    query_id: `${segment}-${table}-${crypto.randomUUID()}`,
    abort_signal: AbortSignal.timeout(LONGEST_INSERT_MS),
    clickhouse_settings: { ...SETTINGS, log_comment: `load ${table}` },
  })
  await stream.resume().toArray()
}
