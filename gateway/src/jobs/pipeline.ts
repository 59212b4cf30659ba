import type { Database } from '../db/open.ts'
import { explainError } from '../log.ts'
import type { Models } from '../model/models.ts'
import type { Job, JobResult } from './job.ts'
import type { LastRun, RunLedger, Turn } from './ledger.ts'
import type { Mark } from './segments.ts'

/** How one job of a run went. */
export interface JobRun {
  readonly job: string
  readonly rows: number
  readonly durationMs: number
  readonly watermark: string
}

export interface Pipeline {
  /** Runs the named jobs (all when none are named) in pipeline order, one run at a time; stops at the first failure. Rejects with JobFailed, with JobsBusy while another process runs them, or with UnknownJob before anything runs. */
  run(request?: { jobs?: readonly string[]; now?: number }): Promise<JobRun[]>
  /** Resolves when no run is under way. */
  idle(): Promise<void>
}

export class JobFailed extends Error {
  readonly job: string
  constructor(job: string, cause: unknown) {
    super(`job ${job} failed`, { cause })
    this.job = job
  }
}

export class UnknownJob extends Error {}

export interface PipelineEdges {
  readonly jobs: readonly Job[]
  readonly db: Database
  readonly models: Models
  readonly ledger: RunLedger
  /** Makes everything acknowledged visible to the jobs before they look. */
  readonly settle: () => Promise<void>
  /** The segments that a run may look at; asked once, after `settle`. */
  readonly loaded: (lastRuns: ReadonlyMap<string, LastRun>) => Promise<Mark>
  readonly clock: () => number
  readonly signal: AbortSignal
}

export function createPipeline({ jobs, db, models, ledger, settle, loaded: takeLoaded, clock, signal }: PipelineEdges): Pipeline {
  let tail: Promise<unknown> = Promise.resolve()

  async function runOne(job: Job, now: number, turn: Turn, loaded: Mark): Promise<JobRun> {
    const started = clock()
    const last = await ledger.lastRuns()
    const watermark = last.get(job.name)?.watermark ?? ''
    const upstream = job.after === undefined ? '' : (last.get(job.after)?.watermark ?? '')
    const open = await turn.open(job.name, now)
    let result: JobResult
    try {
      result = await job.run({ db, now, realTime: started, run: open.run, watermark, loaded, upstream, models, signal })
    } catch (cause) {
      const failure = new JobFailed(job.name, cause)
      await open.close({ error: explainError(failure) })
      throw failure
    }
    await open.close(result)
    return { job: job.name, rows: result.rows, durationMs: clock() - started, watermark: result.watermark }
  }

  async function runAll(names: readonly string[], now: number): Promise<JobRun[]> {
    await settle()
    const turn = await ledger.begin()
    try {
      const loaded = await takeLoaded(await ledger.lastRuns())
      const done: JobRun[] = []
      for (const job of jobs) {
        if (!names.includes(job.name)) continue
        signal.throwIfAborted()
        done.push(await runOne(job, now, turn, loaded))
      }
      return done
    } finally {
      await turn.end()
    }
  }

  return {
    async run(request = {}) {
      const all = jobs.map(job => job.name)
      const names = request.jobs ?? all
      const unknown = names.filter(name => !all.includes(name))
      if (unknown.length > 0) throw new UnknownJob(`no job ${unknown.join(', ')}; there are ${all.join(', ')}`)
      const turn = tail.then(() => runAll(names, request.now ?? clock()))
      tail = turn.catch(() => undefined)
      return turn
    },
    async idle() {
      await tail
    },
  }
}
