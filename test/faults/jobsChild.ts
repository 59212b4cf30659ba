/**
 * A process that runs one job over and over with the product's scheduler, pipeline and ledger. Argument: JSON of `JobsChildOptions`.
 * Each good run of the job is one window: it writes the window's number and moves the watermark by one.
 */
import { openEngine } from '../../gateway/src/db/engine/supervise.ts'
import { type Database, openDatabase } from '../../gateway/src/db/open.ts'
import { holderHere } from '../../gateway/src/jobs/holder.ts'
import type { Job } from '../../gateway/src/jobs/job.ts'
import { createRunLedger, JobsBusy } from '../../gateway/src/jobs/ledger.ts'
import { createPipeline } from '../../gateway/src/jobs/pipeline.ts'
import { createScheduler } from '../../gateway/src/jobs/scheduler.ts'
import { loadModels } from '../../gateway/src/model/load.ts'
import { pipelineOf } from '../../gateway/src/warehouse.ts'

export interface JobsChildOptions {
  readonly dataDir: string
  readonly everyMs: number
  /** Takes every other process for dead, as one on another machine does after a quarter of an hour. */
  readonly thinksOthersDead?: boolean
  /** Stops itself (SIGSTOP) inside its first run: before the ledger is told of the end, or before that very insert. */
  readonly stopsAt?: 'work done' | 'commit'
}

const { dataDir, everyMs, thinksOthersDead = false, stopsAt } = JSON.parse(process.argv[2] ?? '{}') as JobsChildOptions
const models = loadModels()
const signal = new AbortController().signal
const db = await openDatabase({ engine: await openEngine({ dataDir, log: () => undefined }) })
const edges = { db: stopsAt === 'commit' ? stoppingDatabase(db) : db, models, clock: Date.now, signal, settle: async () => undefined }
const ledger = thinksOthersDead
  ? createRunLedger({ db, holder: holderHere(), isAlive: () => false, clock: Date.now })
  : pipelineOf(edges).ledger

const windows: Job = {
  name: 'windows',
  async run({ watermark, run }) {
    const window = Number(watermark || 0) + 1
    await db.client.insert({ table: 'windows', values: [{ window, run }], format: 'JSONEachRow' })
    if (stopsAt === 'work done') stopSelf()
    return { rows: 1, watermark: String(window) }
  },
}
const pipeline = createPipeline({ ...edges, jobs: [windows], ledger, loaded: async () => ({ at: 0, seen: [] }) })
const scheduler = createScheduler({
  everyMs,
  tick: async () => void (await pipeline.run()),
  onError: error => process.stdout.write(error instanceof JobsBusy || isBusy(error) ? 'stood back\n' : `failed ${String(error)}\n`),
})
scheduler.start()
process.stdout.write('ready now\n')

function isBusy(error: unknown): boolean {
  return error instanceof Error && (error.cause instanceof JobsBusy || isBusy(error.cause))
}

function stopSelf(): void {
  process.stdout.write('stopping myself\n')
  process.kill(process.pid, 'SIGSTOP')
}

/** Stops the process just before the row that says `done` for the job is sent: the only thing that the ledger sends by `exec`. */
function stoppingDatabase(real: Database): Database {
  const client = new Proxy(real.client, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (typeof value !== 'function') return value
      return (...given: unknown[]) => {
        if (name === 'exec') stopSelf()
        return value.apply(target, given) as unknown
      }
    },
  })
  return { ...real, client }
}
