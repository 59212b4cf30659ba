import type { Loaded } from '../ingest/load/loadBatch.ts'
import type { Frame } from '../ingest/spool/frame.ts'
import { createHistogram, type Histogram } from './histogram.ts'

/** Events of one source that this process made durable, by how they ended. */
export interface SourceTally {
  received: number
  accepted: number
  deduplicated: number
  suppressed: number
  /** Copies whose content was another than that of the event whose id they had. */
  conflicts: number
  /** By code. */
  readonly rejected: Map<string, number>
}

/** What is counted where it happens, since this process started. On the ingest path it costs additions and no promise. */
export interface Tally {
  /** Reads what it needs of a frame, and gives the function to be called once that is durable. */
  storing(frame: Frame): () => void
  /** Copies that were none by their content. */
  conflicted(source: string, times: number): void
  /** Of a request of the ingest routes. */
  answered(status: number, ms: number): void
  synced(ms: number): void
  loaded(loaded: Loaded, at: number): void
  loadFailed(kind: string): void
  streams(open: number): void
  readonly counts: {
    readonly bySource: ReadonlyMap<string, SourceTally>
    readonly byStatus: ReadonlyMap<number, number>
    readonly loadFailures: ReadonlyMap<string, number>
    readonly loads: { segments: number; events: number; rejected: number; quarantined: number; lastAt: number | null }
    readonly openStreams: () => number
  }
  readonly acks: Histogram
  readonly syncs: Histogram
}

/** Imports name their sources themselves; the rest shares one line, so that nobody fills a monitoring system. */
const MOST_SOURCES = 200
export const OTHER_SOURCES = '(other)'

export function createTally(): Tally {
  const bySource = new Map<string, SourceTally>()
  const byStatus = new Map<number, number>()
  const loadFailures = new Map<string, number>()
  const loads = { segments: 0, events: 0, rejected: 0, quarantined: 0, lastAt: null as number | null }
  const acks = createHistogram()
  const syncs = createHistogram()
  let openStreams = 0

  function of(source: string): SourceTally {
    const known = bySource.get(source)
    if (known !== undefined) return known
    if (bySource.size >= MOST_SOURCES && source !== OTHER_SOURCES) return of(OTHER_SOURCES)
    const made: SourceTally = { received: 0, accepted: 0, deduplicated: 0, suppressed: 0, conflicts: 0, rejected: new Map() }
    bySource.set(source, made)
    return made
  }

  function add({ counts }: Pick<Frame, 'counts'>): void {
    for (const { source_id, received, deduplicated, rejected, suppressed } of counts) {
      const tally = of(source_id)
      tally.received += received
      tally.accepted += received - deduplicated - rejected - suppressed
      tally.deduplicated += deduplicated
      tally.suppressed += suppressed
    }
  }

  return {
    storing({ counts, rejected }) {
      // Only the codes of rejected rows are held until the disk is done, not the rows.
      const codes = rejected.length === 0 ? null : rejected.map(({ source_id, code }) => ({ source_id, code }))
      return () => {
        add({ counts })
        if (codes !== null) for (const { source_id, code } of codes) bump(of(source_id).rejected, code)
      }
    },
    conflicted(source, times) {
      of(source).conflicts += times
    },
    answered(status, ms) {
      bump(byStatus, status)
      if (status === 200) acks.observe(ms / 1000)
    },
    synced: ms => syncs.observe(ms / 1000),
    loaded({ segments, events, rejected, quarantined }, at) {
      loads.segments += segments
      loads.events += events
      loads.rejected += rejected
      loads.quarantined += quarantined
      loads.lastAt = at
    },
    loadFailed: kind => bump(loadFailures, kind),
    streams(open) {
      openStreams = open
    },
    counts: { bySource, byStatus, loadFailures, loads, openStreams: () => openStreams },
    acks,
    syncs,
  }
}

function bump<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
