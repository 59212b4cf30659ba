import type { SpoolBacklog } from './ingest/spool/spoolBacklog.ts'
import { type ReadinessFacts, readinessOf } from './readiness.ts'

export const BACKLOG: SpoolBacklog = {
  bytes: 10,
  maxBytes: 1000,
  bySource: new Map(),
  segments: 1,
  oldestAt: 900,
  drain: 0,
  damaged: 0,
  damagedBytes: 0,
  unreadable: 0,
  freeBytes: 100,
  hasRoom: true,
  refused: { disk_full: 0, spool_full: 0, source_share: 0, disk_slow: 0, write_failed: 0, stopping: 0 },
  syncs: { count: 1, totalMs: 1, slowestMs: 1 },
}

/** Facts of a gateway that works. */
export const WORKING: ReadinessFacts = {
  isStopping: false,
  wasReached: true,
  missing: null,
  backlog: BACKLOG,
  isWriteFailing: false,
  now: 1000,
}

export const READY = readinessOf(WORKING)
