import { join } from 'node:path'
import type { Config } from './config.ts'
import { keepDefinitions } from './db/engine/definitions.ts'
import { type Engine, type EngineOptions, openEngine } from './db/engine/supervise.ts'
import { type MigrationStep, migrate } from './db/migrate.ts'
import { type Database, openDatabase } from './db/open.ts'
import { holderHere, isAliveHere } from './jobs/holder.ts'
import { createRunLedger, type LastRun } from './jobs/ledger.ts'
import { JOBS } from './jobs/list.ts'
import { createPipeline, type Pipeline } from './jobs/pipeline.ts'
import { loadedSegments, parseMark } from './jobs/segments.ts'
import type { Log } from './log.ts'
import type { Models } from './model/models.ts'

/** The database with its tables, on the embedded engine or on a server. */
export interface Warehouse {
  readonly db: Database
  /** null with a server of its own. */
  readonly engine: Engine | null
  close(): Promise<void>
}

/** `name`: what this process is for people who wait for the embedded engine meanwhile, e.g. `waymark keys`. */
export async function openWarehouse(config: Config, log: Log, name: string): Promise<Warehouse> {
  const engine = await openOwnEngine(config, log, { name })
  try {
    const db = await openTables(config, engine, log)
    return {
      db,
      engine,
      async close() {
        await db.close()
        await engine?.close()
      },
    }
  } catch (error) {
    await engine?.close()
    throw error
  }
}

/** null with a server of its own. */
export function openOwnEngine(config: Config, log: Log, waiting: Pick<EngineOptions, 'name' | 'onWait'>): Promise<Engine | null> {
  if (config.clickhouseUrl !== null) return Promise.resolve(null)
  return openEngine({ ...waiting, dataDir: config.dataDir, log: message => log.warn(message) })
}

/** Connects, and brings the tables up to date. */
export async function openTables(config: Config, engine: Engine | null, log: Log): Promise<Database> {
  const db = await openDatabase({ ...placeOptions(config), engine: engine ?? undefined })
  try {
    const onStep = (_: unknown, step: MigrationStep) => {
      // Without room for copies nothing is changed, and what is new is copied before anything is stored by it.
      if (step !== 'recorded' && db.form.kind === 'embedded') keepDefinitions(join(config.dataDir, 'engine'))
    }
    const applied = await migrate(db.client, { form: db.form, database: db.name, onStep }, message => log.debug(message))
    if (applied.length > 0) log.info('tables are up to date', { database: db.name, applied: applied.length, latest: applied.at(-1)?.name })
    return db
  } catch (error) {
    await db.close()
    throw error
  }
}

export function placeOptions(config: Config): { url: string | undefined; cluster: string | undefined } {
  return { url: config.clickhouseUrl ?? undefined, cluster: config.cluster ?? undefined }
}

/** The jobs of this process over a warehouse. `settle` makes acknowledged events visible first. */
export function pipelineOf({
  db,
  models,
  settle,
  clock,
  signal,
}: {
  db: Database
  models: Models
  settle: () => Promise<void>
  clock: () => number
  signal: AbortSignal
}): {
  pipeline: Pipeline
  ledger: ReturnType<typeof createRunLedger>
} {
  const ledger = createRunLedger({ db, holder: holderHere(), isAlive: isAliveHere, clock })
  // All jobs stand close together, so the last place of one is a good place to look from.
  const loaded = (lastRuns: ReadonlyMap<string, LastRun>) => loadedSegments(db, parseMark(lastRuns.get('touches')?.watermark ?? '').at)
  return { ledger, pipeline: createPipeline({ jobs: JOBS, db, models, ledger, settle, loaded, clock, signal }) }
}
