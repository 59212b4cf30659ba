import type { Database } from '../db/open.ts'
import type { Models } from '../model/models.ts'

/** What a run is given. `now` is the only clock a job may read. */
export interface JobContext {
  readonly db: Database
  /** Epoch milliseconds; a run "as of 1 March" is a run with this set to 1 March. */
  readonly now: number
  /** Number of this run; every later run has a higher one. */
  readonly run: number
  /** What the job's last good run returned, '' before the first. */
  readonly watermark: string
  readonly models: Models
  readonly signal: AbortSignal
}

export interface JobResult {
  /** Rows written. */
  readonly rows: number
  readonly watermark: string
}

/** Harmless to repeat: the same input writes the same rows. A run without new data does nothing measurable. */
export interface Job {
  readonly name: string
  run(context: JobContext): Promise<JobResult>
}
