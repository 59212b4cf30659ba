import type { Database } from '../db/open.ts'
import { insertRows, rows, sqlFile, sqlTime } from '../db/query.ts'

/** What earlier runs left behind, per job. */
export interface LastRun {
  readonly job: string
  /** '' before the first good run. */
  readonly watermark: string
  /** `now` of the last good run, epoch milliseconds; 0 before the first. */
  readonly now: number
  readonly isFailing: boolean
}

export interface RunLedger {
  /** Takes the lead: closes what a killed leader left open, and raises the fence so that it can commit nothing more. */
  lead(): Promise<void>
  lastRuns(): Promise<ReadonlyMap<string, LastRun>>
  open(job: string, now: number): Promise<OpenRun>
}

export interface OpenRun {
  readonly run: number
  close(result: { rows: number; watermark: string } | { error: string }): Promise<void>
}

interface LastRow {
  readonly job: string
  readonly watermark: string
  readonly now: number
  readonly last_run: number
  readonly last_fence: number
  readonly is_failing: number
}

interface OpenRow {
  readonly run: number
  readonly job: string
  readonly now: number
  readonly started_at: number
  readonly fence: number
  readonly holder: string
}

const lastRunsQuery = sqlFile<Record<string, never>, LastRow>('job_last_runs')
const openRunsQuery = sqlFile<Record<string, never>, OpenRow>('job_runs_open')

/** `job_runs`: who runs what, and where each job stopped. `clock` times the runs; the jobs' own `now` is another matter. */
export function createRunLedger({ db, holder, clock }: { db: Database; holder: string; clock: () => number }): RunLedger {
  let fence = 0
  const last = () => rows(db.client, lastRunsQuery, {})
  const highest = (all: readonly LastRow[], key: 'last_run' | 'last_fence') => all.reduce((most, entry) => Math.max(most, entry[key]), 0)

  return {
    async lead() {
      fence = highest(await last(), 'last_fence') + 1
      const finished_at = sqlTime(clock())
      const abandoned = (await rows(db.client, openRunsQuery, {})).map(open => ({
        ...open,
        now: sqlTime(open.now),
        started_at: sqlTime(open.started_at),
        finished_at,
        state: 'abandoned',
        error: `${open.holder} ended before the run did; its work is done again`,
        version: 1,
      }))
      await insertRows(db.client, 'job_runs', abandoned)
    },

    async lastRuns() {
      return new Map(
        (await last()).map(({ job, watermark, now, is_failing }) => [
          job,
          { job, watermark, now: Math.max(0, now), isFailing: is_failing === 1 },
        ]),
      )
    },

    async open(job, now) {
      const all = await last()
      const leader = highest(all, 'last_fence')
      if (leader > fence)
        throw new Error(`job ${job}: another process leads the jobs now (fence ${leader} > ${fence}); this one stands back`)
      const started = clock()
      const opened = { run: highest(all, 'last_run') + 1, job, now: sqlTime(now), started_at: sqlTime(started), fence, holder }
      await insertRows(db.client, 'job_runs', [{ ...opened, state: 'running', version: 0 }])
      return {
        run: opened.run,
        async close(result) {
          const outcome =
            'error' in result ? { state: 'failed', error: result.error } : { state: 'done', rows: result.rows, watermark: result.watermark }
          const ended = clock()
          await insertRows(db.client, 'job_runs', [
            { ...opened, ...outcome, finished_at: sqlTime(ended), duration_ms: Math.max(0, ended - started), version: 1 },
          ])
        },
      }
    },
  }
}
