import type { EngineFacts, GatewayFacts } from '../health/facts.ts'
import type { QuickFacts } from '../health/readHealth.ts'
import type { SpoolBacklog } from '../ingest/spool/spoolBacklog.ts'
import { exposition, type Family, gauge } from './exposition.ts'
import { ingestFamilies } from './ingestFamilies.ts'
import { watchProcess } from './processFamilies.ts'
import { spoolFamilies } from './spoolFamilies.ts'
import type { Tally } from './tally.ts'
import { warehouseFamilies } from './warehouseFamilies.ts'

export interface MetricsEdges {
  readonly tally: Tally
  readonly gateway: () => GatewayFacts
  readonly backlog: () => SpoolBacklog
  /** Creation of the oldest finished segment; null when none waits. */
  readonly oldestSealedAt: () => number | null
  readonly engine: () => Omit<EngineFacts, 'ping'>
  readonly quickFacts: () => Promise<QuickFacts>
  readonly can: () => { readonly ingest: boolean; readonly read: boolean }
  /** What others count. */
  readonly more?: () => readonly Family[]
  readonly now: () => number
}

export interface Metrics {
  text(): Promise<string>
  /** Ends the watching of the process. */
  stop(): void
}

/** However many scrape, the engine is asked no more often than this. */
const KEPT_MS = 15_000
/** A scrape does not wait longer for the engine: it then tells what was known before. */
const PATIENCE_MS = 1_000

export function createMetrics(edges: MetricsEdges): Metrics {
  const own = watchProcess(edges.gateway)
  let quick: QuickFacts | null = null
  let kept: readonly Family[] = []
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> = Promise.resolve()

  async function look(): Promise<void> {
    quick = await edges.quickFacts().catch(() => null)
  }

  return {
    async text() {
      const now = edges.now()
      if (Math.abs(now - lookedAt) >= KEPT_MS) {
        lookedAt = now
        kept = own.families()
        looking = look()
      }
      await Promise.race([looking, new Promise(done => setTimeout(done, PATIENCE_MS).unref())])
      const can = edges.can()
      return exposition([
        ...kept,
        gauge('waymark_ready', 'Whether events can be taken (ingest), and readers answered (read).', [
          { labels: { for: 'ingest' }, value: can.ingest ? 1 : 0 },
          { labels: { for: 'read' }, value: can.read ? 1 : 0 },
        ]),
        ...ingestFamilies(edges.tally),
        ...spoolFamilies(edges.backlog(), edges.oldestSealedAt(), now),
        ...warehouseFamilies({ canRead: can.read, engine: edges.engine(), quick, now }),
        ...(edges.more?.() ?? []),
      ])
    },
    stop: own.stop,
  }
}
