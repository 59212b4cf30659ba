/** What was turned away at the edge since the start of this process, for people: nothing of it is an event. */
export interface Refusals {
  /** A page that the source does not list. */
  byOrigin(sourceId: string, origin: string, at: number): void
  /** A source that sent more than it may. */
  bySource(sourceId: string): void
  /** An address that sent more than one may. */
  byAddress(): void
  ofSource(sourceId: string): SourceRefusals
  readonly counts: {
    readonly origins: ReadonlyMap<string, number>
    readonly sources: ReadonlyMap<string, number>
    readonly addresses: () => number
  }
}

export interface SourceRefusals {
  /** Requests of pages that are not listed. */
  readonly byOrigin: number
  /** The pages of the latest of them. */
  readonly origins: readonly RefusedOrigin[]
  /** Requests above what the source may send. */
  readonly byRate: number
}

export interface RefusedOrigin {
  readonly origin: string
  readonly times: number
  readonly lastAt: number
}

const MOST_ORIGINS = 20
/** A page writes its origin itself. */
const MOST_LENGTH = 200

export function createRefusals(): Refusals {
  const origins = new Map<string, number>()
  const sources = new Map<string, number>()
  const latest = new Map<string, Map<string, RefusedOrigin>>()
  let addresses = 0

  return {
    byOrigin(sourceId, given, at) {
      bump(origins, sourceId)
      const origin = given.slice(0, MOST_LENGTH)
      const seen = latest.get(sourceId) ?? new Map<string, RefusedOrigin>()
      latest.set(sourceId, seen)
      const times = (seen.get(origin)?.times ?? 0) + 1
      seen.delete(origin)
      const [oldest] = seen.keys()
      if (seen.size >= MOST_ORIGINS && oldest !== undefined) seen.delete(oldest)
      seen.set(origin, { origin, times, lastAt: at })
    },
    bySource: sourceId => bump(sources, sourceId),
    byAddress() {
      addresses++
    },
    ofSource: sourceId => ({
      byOrigin: origins.get(sourceId) ?? 0,
      origins: [...(latest.get(sourceId)?.values() ?? [])].reverse(),
      byRate: sources.get(sourceId) ?? 0,
    }),
    counts: { origins, sources, addresses: () => addresses },
  }
}

// Only sources with a key or settings get here, so there are no more than of those.
function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
