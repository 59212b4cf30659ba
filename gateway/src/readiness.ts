import type { EngineState } from './db/engine/supervise.ts'
import type { Finding } from './health/judge.ts'
import { judgeSpool } from './health/judgeStorage.ts'
import type { SpoolBacklog } from './ingest/spool/spoolBacklog.ts'

/** Whether the warehouse answers, as last seen. */
export type WarehouseState = { readonly is: 'up' } | { readonly is: 'away'; readonly reason: string }

/** What keeps this process from answering readers; null when nothing does. */
export function missingFor(warehouse: WarehouseState, engine: EngineState | null): string | null {
  if (engine?.role === 'closed') return 'the gateway is stopping'
  if (engine?.role === 'holder' && !engine.isUp) {
    return `the embedded engine is being started again (${engine.reason}); events are accepted meanwhile`
  }
  return warehouse.is === 'up' ? null : `the warehouse cannot be used: ${warehouse.reason}; events are accepted meanwhile`
}

export interface Ability {
  readonly ready: boolean
  /** null while it is ready. */
  readonly reason: string | null
}

/** What `/readyz` tells; nothing in it asks the engine. */
export interface Readiness {
  /** `degraded`: events are taken, readers have to wait. */
  readonly status: 'ready' | 'degraded' | 'starting' | 'stopping' | 'unavailable'
  readonly ingest: Ability
  readonly read: Ability
  readonly spool: Pick<SpoolBacklog, 'bytes' | 'maxBytes' | 'segments' | 'damaged' | 'unreadable'> & { readonly oldestAgeMs: number }
  /** What a person should look at though it stops nothing. */
  readonly alerts: readonly Pick<Finding, 'check' | 'level' | 'words' | 'todo'>[]
}

export interface ReadinessFacts {
  readonly isStopping: boolean
  /** Whether the warehouse could ever be used since the start. */
  readonly wasReached: boolean
  /** Of `missingFor`. */
  readonly missing: string | null
  readonly backlog: SpoolBacklog
  /** Whether the last writes to the spool failed. */
  readonly isWriteFailing: boolean
  readonly now: number
}

export function readinessOf({ isStopping, wasReached, missing, backlog, isWriteFailing, now }: ReadinessFacts): Readiness {
  const { bytes, maxBytes, segments, damaged, unreadable, oldestAt } = backlog
  const ingest = ability(isStopping ? 'the gateway is stopping' : hindrance(backlog, isWriteFailing))
  const read = ability(isStopping ? 'the gateway is stopping' : missing)
  return {
    status: isStopping ? 'stopping' : !ingest.ready ? 'unavailable' : !wasReached ? 'starting' : read.ready ? 'ready' : 'degraded',
    ingest,
    read,
    spool: { bytes, maxBytes, segments, damaged, unreadable, oldestAgeMs: oldestAt === null ? 0 : Math.max(0, now - oldestAt) },
    alerts: [...judgeSpool(backlog).filter(({ level }) => level !== 'ok'), ...unreadableFiles(unreadable)],
  }
}

/** For which of its uses a gateway is asked; without one, a process that never reached its warehouse is not ready: a wrong CLICKHOUSE_URL must not pass for a good start. */
export type ReadyFor = 'ingest' | 'read' | null

/** null: ready. */
export function refusalFor(use: ReadyFor, { status, ingest, read }: Readiness): string | null {
  if (use === 'ingest') return ingest.reason
  if (use === 'read') return read.reason
  return ingest.reason ?? (status === 'starting' ? read.reason : null)
}

function ability(reason: string | null): Ability {
  return { ready: reason === null, reason }
}

function hindrance({ hasRoom, bytes, maxBytes }: SpoolBacklog, isWriteFailing: boolean): string | null {
  if (!hasRoom) return 'the volume of DATA_DIR is almost full: free some space'
  if (bytes >= maxBytes) return 'the spool is full: see why the engine does not take events, or raise SPOOL_MAX_BYTES'
  return isWriteFailing ? 'the spool cannot be written: look at the disk of DATA_DIR' : null
}

function unreadableFiles(count: number): Finding[] {
  if (count === 0) return []
  return [
    {
      check: 'spool',
      level: 'bad',
      words: `${count} ${count === 1 ? 'file' : 'files'} of the spool cannot be read.`,
      todo: 'They may hold acknowledged events: correct their owner and rights, or look at the disk. They are tried again by themselves.',
    },
  ]
}
