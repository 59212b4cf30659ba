import type { EngineFacts, Told } from '../health/facts.ts'
import type { QuickFacts } from '../health/readHealth.ts'
import { counter, type Family, gauge, type Sample } from './exposition.ts'

export interface WarehouseView {
  readonly canRead: boolean
  readonly engine: Omit<EngineFacts, 'ping'>
  /** null before the first look. */
  readonly quick: QuickFacts | null
  readonly now: number
}

/** The engine, its tables and the jobs. What could not be looked up has no sample. Pure. */
export function warehouseFamilies({ canRead, engine, quick, now }: WarehouseView): Family[] {
  const jobs = known(quick?.jobs) ?? []
  const tables = known(quick?.tables) ?? []
  const loading = known(quick?.loading)
  const check = known(quick?.checked)
  const ofJobs = (of: (job: (typeof jobs)[number]) => number | null): Sample[] =>
    jobs.flatMap(job => {
      const value = of(job)
      return value === null ? [] : [{ labels: { job: job.job }, value }]
    })
  const ofTables = (of: (table: (typeof tables)[number]) => number): Sample[] =>
    tables.map(table => ({ labels: { table: table.table }, value: of(table) }))
  return [
    gauge('waymark_warehouse_up', 'Whether the engine or server answers.', canRead ? 1 : 0),
    ...(engine.place === 'embedded'
      ? [
          gauge('waymark_engine_up', 'Whether the embedded engine of this process runs.', engine.downReason === null ? 1 : 0),
          counter('waymark_engine_restarts_total', 'Times the embedded engine was started again.', engine.restarts),
        ]
      : []),
    gauge(
      'waymark_table_rows',
      'Rows of a table, copies included.',
      ofTables(({ rows }) => rows),
    ),
    gauge(
      'waymark_table_bytes',
      'Bytes of a table on disk.',
      ofTables(({ bytes }) => bytes),
    ),
    gauge(
      'waymark_table_partition_parts',
      'Active parts of the partition that has most.',
      ofTables(({ mostParts }) => mostParts),
    ),
    gauge(
      'waymark_job_last_success_timestamp_seconds',
      'Start of the last good run of a job.',
      ofJobs(({ lastGood }) => (lastGood === null ? null : lastGood.startedAt / 1000)),
    ),
    gauge(
      'waymark_job_last_duration_seconds',
      'Duration of the last good run of a job.',
      ofJobs(({ lastGood }) => (lastGood === null ? null : lastGood.durationMs / 1000)),
    ),
    gauge(
      'waymark_job_failures',
      'Runs of a job that failed since its last good one.',
      ofJobs(({ failures }) => failures),
    ),
    gauge(
      'waymark_jobs_lag_seconds',
      'How long the oldest loaded events that no job has seen are in the tables; 0 when the jobs have seen all.',
      loading === null ? null : loading.unseenSince === null ? 0 : Math.max(0, now - loading.unseenSince) / 1000,
    ),
    gauge(
      'waymark_conservation_difference_events',
      'Events of closed hours that are in no count (below zero: in one too many) by the last check; 0 when the account is right.',
      check === null ? null : check.difference,
    ),
    gauge(
      'waymark_conservation_missing_events',
      'Events of loaded segments that are gone, by the last check.',
      check === null ? null : check.missing,
    ),
    gauge(
      'waymark_conservation_doubled_events',
      'Rows that are there beside the one of their event, by the last check.',
      check === null ? null : check.doubled,
    ),
    gauge('waymark_conservation_wrong_segments', 'Loaded segments that do not add up.', check === null ? null : check.segments),
    gauge(
      'waymark_conservation_checked_timestamp_seconds',
      'When a check was last recorded.',
      check === null ? null : check.checkedAt / 1000,
    ),
  ]
}

function known<T>(told: Told<T> | undefined): T | null {
  return told?.isKnown === true ? told.value : null
}
