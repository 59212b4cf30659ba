import type { IngestCounters } from '../ingest/request/counters.ts'
import type { IngestCounts } from '../ingest/stats.ts'

/** What one look found out, or why it could not: one part that fails must not hide the others. */
export type Told<T> = { readonly isKnown: true; readonly value: T } | { readonly isKnown: false; readonly error: string }

/** Everything that tells whether a gateway works. Times are epoch milliseconds. */
export interface HealthFacts {
  readonly now: number
  readonly gateway: GatewayFacts
  readonly engine: EngineFacts
  readonly spool: SpoolFacts
  /** The volume of DATA_DIR. */
  readonly disk: Told<DiskFacts>
  readonly loading: Told<LoadingFacts>
  readonly counts: Told<CountFacts>
  /** The last recorded check of closed hours; null before the first. */
  readonly checked: Told<CheckFacts | null>
  /** Since this process started. */
  readonly requests: Readonly<IngestCounters>
  /** In the order of the pipeline. */
  readonly jobs: Told<readonly JobFacts[]>
  readonly models: Told<readonly ModelFacts[]>
  readonly tables: Told<readonly TableFacts[]>
}

export interface GatewayFacts {
  readonly version: string
  readonly node: string
  readonly role: 'all' | 'ingest' | 'jobs'
  readonly pid: number
  readonly startedAt: number
  readonly memoryBytes: number
}

export interface EngineFacts {
  /** `embedded`: run by this process; `guest`: the embedded one, run by another process of the same folder. */
  readonly place: 'embedded' | 'guest' | 'server' | 'cluster'
  /** Why it is down; null while it is up, or where only the server knows. */
  readonly downReason: string | null
  /** Since this process started it. */
  readonly restarts: number
  readonly ping: Told<{ readonly version: string; readonly ms: number }>
}

export interface SpoolFacts {
  readonly bytes: number
  readonly maxBytes: number
  readonly segments: number
  /** Creation of the oldest segment that waits. */
  readonly oldestAt: number | null
  readonly damaged: number
}

export interface DiskFacts {
  readonly freeBytes: number
  readonly totalBytes: number
}

export interface LoadingFacts {
  readonly lastLoadedAt: number | null
  /** When the oldest segment was loaded that the jobs have not looked at; null when they have seen all. */
  readonly unseenSince: number | null
}

export interface CountFacts {
  readonly lastDay: IngestCounts
  readonly ever: IngestCounts
  /** When `ever` was counted: a long count is not repeated at each look. */
  readonly everAt: number
}

/** One check that all events received in closed hours are accounted for. Hours are the times at which they begin. */
export interface CheckFacts {
  readonly checkedAt: number
  readonly from: number
  readonly to: number
  readonly received: number
  /** Events of loaded segments that are gone, and rows that are there beside their one. */
  readonly missing: number
  readonly doubled: number
  /** The first less the second. */
  readonly difference: number
  /** Segments that do not add up. */
  readonly segments: number
  /** 0 when all add up. */
  readonly firstWrongHour: number
  /** The first segments that do not, each with what it misses and has twice. */
  readonly told: readonly string[]
}

export interface JobFacts {
  readonly job: string
  readonly state: 'ok' | 'running' | 'failing' | 'never'
  readonly lastGood: { readonly startedAt: number; readonly durationMs: number; readonly rows: number } | null
  /** Of the latest run, where it failed; without data of events. */
  readonly error: string
  /** Start of the run under way, or of the first failure in a row. */
  readonly since: number | null
  readonly failures: number
}

export interface ModelFacts {
  readonly id: string
  readonly version: number
  readonly kind: string
  readonly activeSince: number
}

export interface TableFacts {
  readonly table: string
  readonly rows: number
  readonly bytes: number
  readonly parts: number
  /** Parts of the partition that has most: too many there slow inserts down, then stop them. */
  readonly mostParts: number
}
