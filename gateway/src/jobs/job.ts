import type { Database } from '../db/open.ts'
import type { Models } from '../model/models.ts'
import type { Mark } from './segments.ts'

/** What a run is given. `now` is the only clock that results may depend on. */
export interface JobContext {
  readonly db: Database
  /** Epoch milliseconds; a run "as of 1 March" is a run with this set to 1 March. */
  readonly now: number
  /** The real time, epoch milliseconds: only to tell a `now` that has not come. */
  readonly realTime: number
  /** Number of this run; every later run has a higher one. */
  readonly run: number
  /** What the job's last good run returned, '' before the first. */
  readonly watermark: string
  /** Segments that this run of the pipeline may look at: taken once for all its jobs, though loading goes on meanwhile. */
  readonly loaded: Mark
  /** Watermark of the job named by `after`: how far it has come. */
  readonly upstream: string
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
  /** The job whose results this one follows and must never overtake, also when it is run alone. */
  readonly after?: string
  run(context: JobContext): Promise<JobResult>
}
