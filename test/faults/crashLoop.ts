import { openEngine } from '../../gateway/src/db/engine/supervise.ts'
import type { Random } from '../../gateway/src/simulate/random.ts'
import { temporaryDataDir } from '../gateway.ts'
import { differences, openTables } from '../tables.ts'
import type { ChildOptions, Mutation } from './crashChild.ts'
import { type CrashProcess, startCrashProcess } from './crashProcess.ts'
import { judge, unbalanced, type Verdict } from './judge.ts'
import { killEngine, pause } from './launch.ts'

export interface Crash {
  readonly at: string
  /** The process dies when it comes there for the n-th time. */
  readonly visit: number
  readonly isForgetful: boolean
  readonly isEngineKilled: boolean
}

export interface Aftermath extends Verdict {
  readonly crashes: number
  readonly broken: readonly string[]
}

export const LOAD_POINTS = ['mid_insert', 'before_counts', 'after_insert_before_unlink', 'after_unlink']

const CONNECTIONS = 16
const EVENTS_PER_REQUEST = 10
/** The load shall not starve what it loads. */
const REST_MS = 50
/** A point that is not reached by then never is. */
const PATIENCE_MS = 30_000

/** How far into its work a process comes before it dies. */
export function crashAt(at: string, random: Random): Crash {
  const furthest = at === 'mid_job' ? 40 : at === 'mid_migration' ? 40 : 3
  return { at, visit: random.whole(1, furthest), isForgetful: random.chance(0.5), isEngineKilled: random.chance(0.5) }
}

/**
 * Lets processes die on one data folder, each at its point and under load; then one more lives, loads everything, runs the jobs, and
 * what clients were told is compared with the tables. With jobs, the derived tables are compared with ones computed from nothing.
 * With `keepsEngine` the harness holds the engine, as a server of one's own is held: it outlives the process, and so do its inserts.
 */
export async function crashAgainAndAgain(
  crashes: readonly Crash[],
  { mutation, keepsEngine, log }: { mutation?: Mutation; keepsEngine: boolean; log: (line: string) => void },
): Promise<Aftermath> {
  const folder = temporaryDataDir()
  const dataDir = folder.path
  const options: ChildOptions = { dataDir, ...(mutation === undefined ? {} : { mutation }) }
  const acknowledged = new Set<string>()
  const broken: string[] = []
  const engine = keepsEngine ? await openEngine({ dataDir }) : null
  try {
    for (const { at, visit, isForgetful, isEngineKilled } of crashes) {
      const before = acknowledged.size
      const began = performance.now()
      const running = await startCrashProcess({ ...options, crashAt: at, visit, isForgetful })
      if (running !== null) {
        const late = setTimeout(() => {
          broken.push(`${at}, visit ${visit}, was not reached`)
          running.signal('SIGKILL')
        }, PATIENCE_MS)
        await Promise.all([loadUntilDead(running, acknowledged), at === 'mid_job' ? runJobsUntilDead(running) : undefined])
        clearTimeout(late)
      }
      if (isEngineKilled) killEngine(dataDir)
      log(
        `${Math.round(performance.now() - began)} ms ${at}, visit ${visit}${isForgetful ? ', power gone' : ''}${isEngineKilled ? ', with the engine' : ''}: ${acknowledged.size - before} acknowledged`,
      )
    }
    const last = await startCrashProcess(options)
    if (last === null) throw new Error('the last process did not start')
    broken.push(...unbalanced(await last.stats()))
    if (!crashes.every(({ at }) => at === 'mid_migration')) await last.drain()
    else await last.append([crypto.randomUUID()]).then(() => last.drain())
    broken.push(...unbalanced(await last.stats(), { isDrained: true, least: mutation === undefined ? acknowledged.size : 0 }))
    const verdict = await judge(dataDir, acknowledged)
    if (crashes.some(({ at }) => at === 'mid_job')) broken.push(...(await rebuiltDifferently(last, dataDir)))
    last.signal('SIGKILL')
    await last.exited
    return { ...verdict, crashes: crashes.length, broken }
  } finally {
    await engine?.close()
    killEngine(dataDir)
    folder.remove()
  }
}

async function loadUntilDead(running: CrashProcess, acknowledged: Set<string>): Promise<void> {
  const connection = async () => {
    while (!running.isDead()) {
      const ids = Array.from({ length: EVENTS_PER_REQUEST }, () => crypto.randomUUID())
      // Without an answer it may be stored or not: either is right.
      const isAcknowledged = await running.append(ids).catch(() => false)
      if (isAcknowledged) for (const id of ids) acknowledged.add(id)
      await pause(REST_MS)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, connection))
  await running.exited
}

async function runJobsUntilDead(running: CrashProcess): Promise<void> {
  while (!running.isDead()) {
    await running.runJobs(Date.now()).catch(() => undefined)
    await pause(20)
  }
}

/** What half-finished jobs left behind, beside tables that one undisturbed run computes from the same events. */
async function rebuiltDifferently(last: CrashProcess, dataDir: string): Promise<string[]> {
  const now = Date.now()
  const tables = openTables(dataDir)
  try {
    await last.runJobs(now)
    const before = await tables.dump()
    await tables.empty()
    await last.runJobs(now)
    const found = differences(before, await tables.dump())
    return Object.entries(found).map(([table, rows]) => `${table} differs from a rebuild: ${JSON.stringify(rows)}`)
  } finally {
    await tables.close()
  }
}
