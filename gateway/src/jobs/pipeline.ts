import type { Database } from '../db/open.ts'
import type { Models } from '../model/models.ts'
import type { Job } from './job.ts'
import type { RunLedger } from './ledger.ts'

/** How one job of a run went. */
export interface JobRun {
  readonly job: string
  readonly rows: number
  readonly durationMs: number
  readonly watermark: string
}

export interface Pipeline {
  /** Runs the named jobs (all when none are named) in pipeline order, one run at a time; stops at the first failure. Rejects with JobFailed, or UnknownJob before anything runs. */
  run(request?: { jobs?: readonly string[]; now?: number }): Promise<JobRun[]>
  /** Resolves when no run is under way. */
  idle(): Promise<void>
}

export class JobFailed extends Error {
  readonly job: string
  constructor(job: string, cause: unknown) {
    super(`job ${job} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
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
  readonly clock: () => number
  readonly signal: AbortSignal
}

export function createPipeline({ jobs, db, models, ledger, settle, clock, signal }: PipelineEdges): Pipeline {
  let led = false
  let tail: Promise<unknown> = Promise.resolve()

  async function runOne(job: Job, now: number): Promise<JobRun> {
    const started = clock()
    const watermark = (await ledger.lastRuns()).get(job.name)?.watermark ?? ''
    const open = await ledger.open(job.name, now)
    try {
      const result = await job.run({ db, now, run: open.run, watermark, models, signal })
      await open.close(result)
      return { job: job.name, rows: result.rows, durationMs: clock() - started, watermark: result.watermark }
    } catch (cause) {
      const failure = new JobFailed(job.name, cause)
      await open.close({ error: failure.message })
      throw failure
    }
  }

  async function runAll(names: readonly string[], now: number): Promise<JobRun[]> {
    if (!led) {
      await ledger.lead()
      led = true
    }
    await settle()
    const done: JobRun[] = []
    for (const job of jobs) {
      if (!names.includes(job.name)) continue
      signal.throwIfAborted()
      done.push(await runOne(job, now))
    }
    return done
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
