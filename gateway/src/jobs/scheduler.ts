import type { LastRun } from './ledger.ts'

/** How often a job is due, milliseconds. */
export interface Timetable {
  readonly job: string
  readonly everyMs: number
}

/**
 * Jobs that are due, in the order of the timetable. A job is due when something new was loaded, when it failed last time,
 * or when the UTC day changed since its last good run (scores decay and statuses age by the day).
 */
export function dueJobs(
  timetable: readonly Timetable[],
  lastRuns: ReadonlyMap<string, LastRun>,
  now: number,
  hasNewData: boolean,
): string[] {
  return timetable
    .filter(({ job, everyMs }) => {
      const last = lastRuns.get(job)
      if (last === undefined || last.isFailing || last.now === 0) return true
      if (dayOf(now) > dayOf(last.now)) return true
      return hasNewData && Math.abs(now - last.now) >= everyMs
    })
    .map(({ job }) => job)
}

function dayOf(ms: number): number {
  return Math.floor(ms / 86_400_000)
}

export interface Scheduler {
  start(): void
  /** No tick starts after this; resolves when the one under way has ended. */
  stop(): Promise<void>
}

export interface SchedulerEdges {
  readonly everyMs: number
  /** One look at what is due, and the run of it. */
  readonly tick: () => Promise<void>
  readonly onError: (error: unknown) => void
  readonly setTimer?: (run: () => void, ms: number) => NodeJS.Timeout
}

/** Ticks again `everyMs` after the last tick ended; after failures in a row it waits up to ten times as long. */
export function createScheduler({ everyMs, tick, onError, setTimer = setTimeout }: SchedulerEdges): Scheduler {
  let timer: NodeJS.Timeout | undefined
  let current: Promise<void> = Promise.resolve()
  let isStopped = true
  let failures = 0

  const once = async () => {
    try {
      await tick()
      failures = 0
    } catch (error) {
      failures += 1
      onError(error)
    }
    if (!isStopped) arm()
  }
  const arm = () => {
    timer = setTimer(
      () => {
        current = once()
      },
      everyMs * Math.min(10, 2 ** failures),
    )
  }

  return {
    start() {
      if (!isStopped) return
      isStopped = false
      arm()
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await current
    },
  }
}
