import { type Params, sqlFile } from '../db/query.ts'

export interface JobStateRow {
  readonly job: string
  readonly state: string
  readonly started_at: number
  readonly error: string
  /** 0 before the first good run. */
  readonly good_run: number
  readonly good_started_at: number
  readonly good_duration_ms: number
  readonly good_rows: number
  readonly failures: number
  readonly failing_since: number
}

export interface JobRunRow {
  readonly run: number
  readonly job: string
  readonly state: string
  readonly now: number
  readonly started_at: number
  readonly duration_ms: number
  readonly rows: number
  readonly error: string
}

export const enginePing = sqlFile<Params, { version: string }>('engine_ping')
export const jobStates = sqlFile<{ since: string }, JobStateRow>('job_states')
export const jobRunList = sqlFile<{ since: string; state: string; limit: number }, JobRunRow>('job_run_list')
export const loadingState = sqlFile<{ seen_until: string }, { last_loaded_at: number; unseen_since: number }>('loading_state')
export const modelList = sqlFile<Params, { id: string; version: number; kind: string; activated_at: number }>('model_list')
export const tableSizes = sqlFile<{ database: string }, { table: string; rows: number; bytes: number; parts: number; most_parts: number }>(
  'table_sizes',
)
