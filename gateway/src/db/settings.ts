import type { ClickHouseSettings } from '@clickhouse/client'
import type { Form } from './ddl.ts'

/** Sent with every call: defaults that drifted over ClickHouse's versions, or that a server's profile may have changed. */
export const PINNED_SETTINGS = {
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_denormals: 0,
  date_time_input_format: 'best_effort',
  date_time_output_format: 'simple',
  session_timezone: 'UTC',
  input_format_skip_unknown_fields: 0,
  // The spool's lines have the columns that are JSON text as objects.
  input_format_json_read_objects_as_strings: 1,
  // One insert = one block: chunks parsed in parallel would become several.
  input_format_parallel_parsing: 0,
  async_insert: 0,
  // A row written again on purpose must not be taken for a retry; the loader verifies before it replays.
  insert_deduplicate: 0,
  deduplicate_blocks_in_dependent_materialized_views: 0,
  join_use_nulls: 0,
  final: 0,
  use_query_cache: 0,
  // An expression is compiled once it has run a few times, and the compiled one rounds otherwise: the same score would differ in its last bit.
  compile_expressions: 0,
  compile_aggregate_expressions: 0,
  http_write_exception_in_output_format: 0,
} as const satisfies ClickHouseSettings

/** Sent when the server knows them, because older ones refuse what they do not know. */
export const PINNED_WHERE_KNOWN = {
  // Since 26.2 it overrules insert_deduplicate, and `disable` makes even a token be ignored: this value leaves the word to insert_deduplicate.
  deduplicate_insert: 'backward_compatible_choice',
} as const

/** Tables are spread over shards, and an insert is acknowledged when the shards have it. */
export const CLUSTER_SETTINGS = {
  // Each shard asks all of them for what a sub-query names. `global`, which would ask once, fails in nested ones (seen in 26.7).
  distributed_product_mode: 'allow',
  distributed_foreground_insert: 1,
  // Newer servers let each shard select its own rows and keep what it writes: groups would not be added up, and rows lie on the wrong shard.
  parallel_distributed_insert_select: '0',
} as const satisfies ClickHouseSettings

/** Limits of a read where no profile sets them: on a server that is not ours. The embedded engine's are in engine/config.ts. */
export const READER_SETTINGS = {
  readonly: '2',
  max_execution_time: 30,
  max_memory_usage: String(2 ** 30),
  max_result_rows: '1000000',
  result_overflow_mode: 'throw',
} as const satisfies ClickHouseSettings

/** What every call to tables of this form carries; `known` are the names of optional settings that the server knows. */
export function pinnedSettings(form: Form, known: ReadonlySet<string>): ClickHouseSettings {
  return {
    ...PINNED_SETTINGS,
    ...Object.fromEntries(Object.entries(PINNED_WHERE_KNOWN).filter(([name]) => known.has(name))),
    ...(form.kind === 'cluster' ? CLUSTER_SETTINGS : {}),
  }
}
