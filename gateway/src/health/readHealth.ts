import { statfs } from 'node:fs/promises'
import type { Database } from '../db/open.ts'
import { row, rows, sqlTime } from '../db/query.ts'
import type { IngestCounters } from '../ingest/request/counters.ts'
import type { Stats } from '../ingest/stats.ts'
import type { Models } from '../model/models.ts'
import { lastCheck } from './conservation.ts'
import type { EngineFacts, GatewayFacts, HealthFacts, ModelFacts, SpoolFacts } from './facts.ts'
import { jobFacts } from './jobFacts.ts'
import { enginePing, type JobRunRow, jobRunList, jobStates, loadingState, modelList, tableSizes } from './queries.ts'
import { sparingly } from './sparingly.ts'
import { told } from './told.ts'

/** What a gateway is made of, as far as its health is concerned. */
export interface HealthEdges {
  readonly db: Database
  readonly now: () => number
  readonly dataDir: string
  readonly gateway: () => GatewayFacts
  readonly engine: () => Omit<EngineFacts, 'ping'>
  readonly spool: () => SpoolFacts
  readonly counters: Readonly<IngestCounters>
  readonly readStats: Stats
  /** Names of all jobs, in the order of the pipeline. */
  readonly jobs: readonly string[]
  readonly models: Pick<Models, 'intent' | 'journeys'>
  /** How long any one look may take, milliseconds. */
  readonly patienceMs?: number
}

/** What can be asked for again and again: nothing that grows with the number of events. */
export type QuickFacts = Pick<HealthFacts, 'loading' | 'jobs' | 'tables' | 'checked'>

export interface HealthReader {
  facts(): Promise<HealthFacts>
  quickFacts(): Promise<QuickFacts>
  /** The latest runs, newest first; of failed ones only, if asked. */
  runs(onlyFailed: boolean): Promise<readonly JobRunRow[]>
}

const DAY_MS = 86_400_000
/** As long as `job_runs` keeps them. */
const RUNS_KEPT_MS = 30 * DAY_MS
const MOST_RUNS = 50
const LONGEST_COUNT_MS = 60_000

/** Looks at everything side by side; what cannot be looked at is told as that. */
export function createHealthReader(edges: HealthEdges): HealthReader {
  const { db, now, patienceMs = 5_000, readStats } = edges
  // Not for one page: whoever looks next has it. But not for ever either.
  const countEver = sparingly(() => readStats({}, AbortSignal.timeout(LONGEST_COUNT_MS)), now)
  const countDay = sparingly(() => readStats({ from: now() - DAY_MS }, AbortSignal.timeout(LONGEST_COUNT_MS)), now)
  const since = () => sqlTime(now() - RUNS_KEPT_MS)

  async function readJobs(signal: AbortSignal) {
    return jobFacts(edges.jobs, await rows(db.reader, jobStates, { since: since() }, { signal }))
  }

  async function readLoading(signal: AbortSignal) {
    // What was loaded before the jobs' last good run began, the run has seen.
    const seen = (await readJobs(signal)).map(({ lastGood }) => lastGood?.startedAt ?? 0)
    const { last_loaded_at, unseen_since } = await row(
      db.reader,
      loadingState,
      { seen_until: sqlTime(seen.length === 0 ? 0 : Math.min(...seen)) },
      { signal },
    )
    return { lastLoadedAt: last_loaded_at > 0 ? last_loaded_at : null, unseenSince: unseen_since > 0 ? unseen_since : null }
  }

  async function readCounts() {
    const [ever, lastDay] = await Promise.all([countEver(), countDay()])
    return { ever: ever.value, everAt: ever.at, lastDay: lastDay.value }
  }

  async function ping(signal: AbortSignal) {
    const started = performance.now()
    const { version } = await row(db.reader, enginePing, {}, { signal })
    return { version, ms: performance.now() - started }
  }

  async function readDisk() {
    const { bavail, blocks, bsize } = await statfs(edges.dataDir)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  }

  async function readModels(signal: AbortSignal): Promise<ModelFacts[]> {
    const kept = await rows(db.reader, modelList, {}, { signal })
    return [edges.models.intent, ...edges.models.journeys].map(({ id, version, kind }) => ({
      id,
      version,
      kind,
      activeSince: kept.find(model => model.id === id && model.version === version)?.activated_at ?? 0,
    }))
  }

  async function readTables(signal: AbortSignal) {
    // Readers may not look into the engine's own tables.
    const found = await rows(db.client, tableSizes, { database: db.name }, { signal })
    return found.map(({ most_parts, ...table }) => ({ ...table, mostParts: most_parts }))
  }

  async function quickFacts(): Promise<QuickFacts> {
    const [loading, jobs, tables, checked] = await Promise.all([
      told(readLoading, patienceMs),
      told(readJobs, patienceMs),
      told(readTables, patienceMs),
      told(signal => lastCheck(db, signal), patienceMs),
    ])
    return { loading, jobs, tables, checked }
  }

  return {
    quickFacts,
    async facts() {
      const [quick, pinged, disk, counts, models] = await Promise.all([
        quickFacts(),
        told(ping, patienceMs),
        told(readDisk, patienceMs),
        told(readCounts, patienceMs),
        told(readModels, patienceMs),
      ])
      return {
        now: now(),
        gateway: edges.gateway(),
        engine: { ...edges.engine(), ping: pinged },
        spool: edges.spool(),
        disk,
        counts,
        requests: { ...edges.counters },
        models,
        ...quick,
      }
    },
    runs: onlyFailed => rows(db.reader, jobRunList, { since: since(), state: onlyFailed ? 'failed' : '', limit: MOST_RUNS }),
  }
}
