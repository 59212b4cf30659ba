import type { Database } from '../db/open.ts'
import { insertRows, insertThrough, row, rows, sqlFile, sqlTime } from '../db/query.ts'

/** What earlier runs left behind, per job. */
export interface LastRun {
  readonly job: string
  /** '' before the first good run. */
  readonly watermark: string
  /** `now` of the last good run, epoch milliseconds; 0 before the first. */
  readonly now: number
  readonly isFailing: boolean
}

/** `job_runs`: who runs what, and where each job stopped. */
export interface RunLedger {
  lastRuns(): Promise<ReadonlyMap<string, LastRun>>
  /** Takes the turn to run jobs. Rejects with JobsBusy while another live process has it. */
  begin(): Promise<Turn>
}

/** One process runs jobs at a time; whoever takes the next turn has the higher fence, and the one before can commit nothing more. */
export interface Turn {
  open(job: string, now: number): Promise<OpenRun>
  end(): Promise<void>
}

export interface OpenRun {
  readonly run: number
  /** Rejects with JobsBusy when the turn was taken over meanwhile: then nothing is recorded, and the work is done again. */
  close(result: { rows: number; watermark: string } | { error: string }): Promise<void>
}

export class JobsBusy extends Error {}

interface TurnRow {
  readonly fence: number
  readonly holder: string
  readonly state: string
  readonly started_at: number
}

interface OpenRow {
  readonly run: number
  readonly job: string
  readonly now: number
  readonly started_at: number
  readonly holder: string
}

export interface LedgerEdges {
  readonly db: Database
  /** `host:pid`: names this process for others. */
  readonly holder: string
  /** Whether the process of that name still lives; null when this machine cannot tell. */
  readonly isAlive: (holder: string) => boolean | null
  readonly clock: () => number
}

/** Runs of one turn are numbered within this many. */
const RUNS_OF_A_TURN = 1000
/** After so long without an end, a turn is taken for dead: of a process on another machine, and of one here (its number may be another's by then). */
const LONGEST_TURN_MS = { elsewhere: 15 * 60_000, here: 6 * 3_600_000 }
const TURN = '(turn)'

const lastRunsQuery = sqlFile<Record<string, never>, { job: string; watermark: string; now: number }>('job_last_runs')
const failingQuery = sqlFile<Record<string, never>, { job: string }>('job_failing')
const lastTurnQuery = sqlFile<Record<string, never>, { run: number }>('job_turn_last')
const turnsQuery = sqlFile<{ from_run: number }, TurnRow>('job_turns')
const doneQuery = sqlFile<{ turn: number }, never>('job_run_done')
const openRunsQuery = sqlFile<{ from_run: number; to_run: number; fence: number }, OpenRow>('job_runs_open')

export function createRunLedger({ db, holder, isAlive, clock }: LedgerEdges): RunLedger {
  const { client } = db

  async function latestTurns(): Promise<readonly TurnRow[]> {
    const { run } = await row(client, lastTurnQuery, {})
    return (await rows(client, turnsQuery, { from_run: run })).filter(turn => turn.fence * RUNS_OF_A_TURN === run)
  }

  /** Two that took the same number at once: the first name has it. */
  async function requireTurn(fence: number): Promise<void> {
    const [first] = await latestTurns()
    if (first === undefined || first.fence !== fence || first.holder !== holder) {
      throw new JobsBusy(`another process runs the jobs now (${first?.holder ?? 'unknown'}); this one stands back`)
    }
  }

  /** Closes what a dead process left open. */
  async function abandon(turn: TurnRow): Promise<void> {
    const from_run = turn.fence * RUNS_OF_A_TURN
    const open = await rows(client, openRunsQuery, { from_run, to_run: from_run + RUNS_OF_A_TURN, fence: turn.fence })
    const closed = { fence: turn.fence, finished_at: sqlTime(clock()), state: 'abandoned', version: 1 }
    await insertRows(
      client,
      'job_runs',
      open.map(run => ({
        ...run,
        ...closed,
        now: sqlTime(run.now),
        started_at: sqlTime(run.started_at),
        error: `${turn.holder} ended before the run did; its work is done again`,
      })),
    )
  }

  return {
    async lastRuns() {
      const [last, failing] = await Promise.all([rows(client, lastRunsQuery, {}), rows(client, failingQuery, {})])
      const known = new Map<string, LastRun>(
        last.map(({ job, watermark, now }) => [job, { job, watermark, now: Math.max(0, now), isFailing: false }]),
      )
      for (const { job } of failing) known.set(job, { ...(known.get(job) ?? { job, watermark: '', now: 0 }), isFailing: true })
      return known
    },

    async begin() {
      const before = await latestTurns()
      for (const turn of before.filter(({ state, holder: other }) => state === 'running' && other !== holder)) {
        const lives = isAlive(turn.holder)
        const age = clock() - turn.started_at
        const alive = lives !== false && age < (lives === null ? LONGEST_TURN_MS.elsewhere : LONGEST_TURN_MS.here)
        if (alive)
          throw new JobsBusy(
            `${turn.holder} is running the jobs since ${new Date(turn.started_at).toISOString()}; try again when it is done`,
          )
        await abandon(turn)
      }
      const fence = (before[0]?.fence ?? 0) + 1
      const started_at = sqlTime(clock())
      const turn = { run: fence * RUNS_OF_A_TURN, job: TURN, now: started_at, started_at, fence, holder }
      await insertRows(client, 'job_runs', [{ ...turn, state: 'running', version: 0 }])
      const end = () => insertRows(client, 'job_runs', [{ ...turn, state: 'done', finished_at: sqlTime(clock()), version: 1 }])
      await requireTurn(fence).catch(async cause => {
        await end()
        throw cause
      })
      let opened = 0

      return {
        async open(job, now) {
          await requireTurn(fence)
          opened += 1
          const started = clock()
          const open = { run: fence * RUNS_OF_A_TURN + opened, job, now: sqlTime(now), started_at: sqlTime(started), fence, holder }
          await insertRows(client, 'job_runs', [{ ...open, state: 'running', version: 0 }])
          return {
            run: open.run,
            async close(result) {
              await requireTurn(fence)
              const ended = clock()
              const finished = { finished_at: sqlTime(ended), duration_ms: Math.max(0, ended - started) }
              if ('error' in result) {
                await insertRows(client, 'job_runs', [{ ...open, ...finished, state: 'failed', error: result.error, version: 1 }])
                return
              }
              // This process may sleep between the look above and here; between the look and the row of one statement it cannot.
              const written = await insertThrough(client, doneQuery, { turn: fence * RUNS_OF_A_TURN }, [
                { ...open, ...finished, ...result },
              ])
              if (written === 0) throw new JobsBusy(`another process took the jobs over before ${job} was done; its work is done again`)
            },
          }
        },
        end,
      }
    },
  }
}
