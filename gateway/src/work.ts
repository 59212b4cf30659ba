import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from './config.ts'
import { NotReady } from './db/late.ts'
import type { Database } from './db/open.ts'
import { createConservation } from './health/conservation.ts'
import { createClosedDays } from './ingest/closedDays.ts'
import { createRedaction } from './ingest/enrich/redact.ts'
import { createLoader, type Loader } from './ingest/load/loader.ts'
import { createRowThread } from './ingest/load/rows/rowThread.ts'
import type { Spool } from './ingest/spool/spool.ts'
import { TIMETABLE } from './jobs/list.ts'
import type { Pipeline } from './jobs/pipeline.ts'
import { createScheduler, dueJobs } from './jobs/scheduler.ts'
import { loadedSegments, parseMark, unseenSegments } from './jobs/segments.ts'
import { explainError, type Log } from './log.ts'
import type { Tally } from './metrics/tally.ts'
import type { Models } from './model/models.ts'
import { createBrokenPartsRetention } from './quarantine/brokenParts.ts'
import { pipelineOf } from './warehouse.ts'

/** What a gateway does by itself, from the moment its warehouse can be used: load, first work, jobs. */
export interface Work {
  readonly loader: Loader
  readonly pipeline: Pipeline
  /** Makes everything accepted so far readable; rejects at once while the warehouse is away. */
  settle(): Promise<void>
  /** Starts when `opened` resolves, with what `firstly` does before the first scheduled run. */
  startAfter(opened: Promise<void>, firstly: (signal: AbortSignal) => Promise<void>): void
  stop(): Promise<void>
}

export interface WorkEdges {
  readonly config: Config
  readonly db: Database
  readonly spool: Spool
  readonly models: Models
  readonly log: Log
  readonly now: () => number
  /** That of the surface. */
  readonly life: string
  readonly notReady: () => string | null
  readonly tally: Pick<Tally, 'loaded' | 'loadFailed'>
}

const TICK_MS = 5_000
/** With what open requests may take (listening.ts), below the ten seconds in which a stop must be over. */
const END_MS = 2_000

export function createWork({ config, db, spool, models, log, now, life, notReady, tally }: WorkEdges): Work {
  const stopping = new AbortController()
  const { signal } = stopping
  let started: Promise<void> = Promise.resolve()
  const loader = createLoader({
    spool,
    db,
    now,
    rows: createRowThread({
      redactParameters: config.redactParameters,
      // Named like the part of the spool that is this process's alone, and the next one's.
      clockFile: join(config.dataDir, 'clocks', `${basename(spool.folder)}.jsonl`),
      life,
      onTold: message => log.warn(message),
    }),
    redact: createRedaction(config.redactParameters),
    onLoaded: loaded => tally.loaded(loaded, now()),
    onFailed: tally.loadFailed,
    log: { warn: (message, details) => log.warn(message, { details: JSON.stringify(details) }) },
  })

  async function settle(): Promise<void> {
    const missing = notReady()
    if (missing !== null) throw new NotReady(missing)
    await loader.drain()
  }

  const { pipeline: jobs, ledger } = pipelineOf({ db, models, settle, clock: now, signal })
  const conservation = createConservation({
    db,
    spool,
    loader,
    now,
    days: createClosedDays({ db, spool, now }),
    onChecked({ missing, doubled, segments, received, told }) {
      if (segments > 0) log.error('events are not accounted for', { missing, doubled, segments, first: told.join('; ') })
      else log.debug('all events of closed hours are accounted for', { received })
    },
  })
  const checked = (check: Promise<void>) =>
    check.catch((error: unknown) => {
      if (!signal.aborted) log.warn('the account of events could not be checked', { error: explainError(error) })
    })
  const pipeline: Pipeline = {
    ...jobs,
    run: request =>
      jobs.run(request).finally(() => {
        void checked(conservation.check())
      }),
  }
  const removeBroken = createBrokenPartsRetention({
    db,
    days: config.quarantineDays,
    now,
    onDropped: parts =>
      log.warn('parts that could not be read at a start were removed: QUARANTINE_DAYS are over', {
        parts: parts.length,
        tables: [...new Set(parts.map(({ table }) => table))].join(', '),
      }),
  })
  const scheduler = createScheduler({
    everyMs: TICK_MS,
    onError(error) {
      // A run that was cut short by the stop is no failure: the next start does it.
      if (!signal.aborted) log.error('a scheduled run failed; it is tried again', { error: explainError(error) })
    },
    async tick() {
      const missing = notReady()
      if (missing !== null) return log.debug('scheduled jobs wait', { missing })
      // First: a job that always fails must not keep it from its time.
      await removeBroken().catch((error: unknown) => {
        if (!signal.aborted)
          log.warn('parts that could not be read cannot be removed; it is tried again in an hour', { error: explainError(error) })
      })
      const lastRuns = await ledger.lastRuns()
      const mark = lastRuns.get('touches')?.watermark ?? ''
      const isNew = (await unseenSegments(db, mark, await loadedSegments(db, parseMark(mark).at))) !== null
      const due = dueJobs(TIMETABLE, lastRuns, now(), isNew)
      if (due.length > 0) await pipeline.run({ jobs: due })
      await checked(conservation.checkHourly())
    },
  })

  async function start(opened: Promise<void>, firstly: (signal: AbortSignal) => Promise<void>): Promise<void> {
    await Promise.race([opened, new Promise<void>(done => signal.addEventListener('abort', () => done()))])
    if (signal.aborted) return
    loader.start()
    try {
      await firstly(signal)
    } catch (error) {
      if (!signal.aborted) log.error('the work before the first run of the jobs failed', { error: explainError(error) })
    }
    if (config.role !== 'ingest' && !signal.aborted) scheduler.start()
  }

  return {
    loader,
    pipeline,
    settle,
    startAfter(opened, firstly) {
      started = start(opened, firstly)
    },
    async stop() {
      stopping.abort()
      const jobsEnd = async () => {
        await started
        await scheduler.stop()
        await pipeline.idle()
      }
      // What is not loaded by then stays on disk for the next start; a statement that an engine which hangs does not answer ends with its connection.
      const patience = wait(END_MS)
      await Promise.all([Promise.race([jobsEnd(), patience]), Promise.race([settle().catch(() => undefined), patience])])
      await loader.stop()
    },
  }
}
