import type { CountRow } from '@waymark/schemas/row'
import { type Fill, type RefusalCause, refusalCause, retryAfterSeconds, type Sharing } from './admission.ts'
import { SpoolFull } from './spoolFull.ts'
import type { SpoolLimits } from './spoolLimits.ts'

/** Says no where it must, and counts how often. */
export interface Refusals {
  /** What a request that is counted so is refused with now; null: take it. Remembers who asked. */
  ask(counts: readonly Pick<CountRow, 'source_id'>[]): SpoolFull | null
  refuse(because: RefusalCause, cause?: unknown): SpoolFull
  counts(): Readonly<Record<RefusalCause, number>>
}

export interface RefusalEdges {
  readonly limits: Pick<SpoolLimits, 'activeMs' | 'retryAfterSeconds'>
  /** Milliseconds, never set back. */
  readonly elapsed: () => number
  readonly fill: (sharing: () => Sharing) => Fill
  readonly bySource: () => ReadonlyMap<string, number>
  /** Bytes loaded in a second. */
  readonly drain: () => number
}

const TOLD: Readonly<Record<RefusalCause, string>> = {
  disk_full: 'the volume of the spool is almost full: free some space',
  spool_full: 'the spool is full: the engine does not take events, or too slowly',
  source_share: 'the spool is filling up, and most of what waits is of this source',
  disk_slow: 'the disk of the spool is too slow',
  write_failed: 'the spool could not be written',
  stopping: 'the spool is closed: this process is stopping',
}

export function createRefusals({ limits, elapsed, fill, bySource, drain }: RefusalEdges): Refusals {
  const counts = { disk_full: 0, spool_full: 0, source_share: 0, disk_slow: 0, write_failed: 0, stopping: 0 }
  const askedAt = new Map<string, number>()

  function sharing(): Sharing {
    const waiting = bySource()
    const since = elapsed() - limits.activeMs
    for (const [source, at] of askedAt) if (at < since) askedAt.delete(source)
    return { bySource: waiting, activeSources: new Set([...waiting.keys(), ...askedAt.keys()]).size }
  }

  function seconds(because: RefusalCause): number {
    if (because !== 'spool_full' && because !== 'source_share') return limits.retryAfterSeconds
    return retryAfterSeconds({ ...fill(sharing), drain: drain() })
  }

  function refuse(because: RefusalCause, cause?: unknown): SpoolFull {
    counts[because]++
    const detail = cause instanceof Error ? `: ${cause.message}` : ''
    return new SpoolFull(TOLD[because] + detail, seconds(because), { because, ...(cause === undefined ? {} : { cause }) })
  }

  return {
    ask: rows => {
      const now = elapsed()
      const state = fill(sharing)
      for (const { source_id } of rows) {
        askedAt.set(source_id, now)
        const because = refusalCause(source_id, state)
        if (because !== null) return refuse(because)
      }
      return null
    },
    refuse,
    counts: () => ({ ...counts }),
  }
}
