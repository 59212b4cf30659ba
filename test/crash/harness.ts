import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readHandover } from '../../gateway/src/db/engine/handover.ts'
import { openDatabase } from '../../gateway/src/db/open.ts'
import type { IngestCounts } from '../../gateway/src/ingest/stats.ts'
import type { ChildOptions } from './child.ts'
import type { RunningSystem, System } from './systems.ts'

export type Victim = 'process and engine' | 'process' | 'engine'

export interface Cycle {
  /** Where the process kills itself; without it the harness kills after `loadMs`. */
  readonly crashAt?: string
  readonly visit?: number
  readonly loadMs?: number
  readonly victim: Victim
}

export interface Outcome {
  readonly acknowledged: number
  /** Acknowledged ids that are not in the raw table. */
  readonly lost: number
  /** Ids that are there more than once. */
  readonly duplicated: number
  /** Statistics after each start and at the end. */
  readonly stats: readonly IngestCounts[]
  /** From start to ready, milliseconds. */
  readonly starts: readonly number[]
}

const CONNECTIONS = 16
const EVENTS_PER_REQUEST = 10

/** Runs the cycles on one data folder, then starts once more, lets everything be loaded, and compares. */
export async function killAgainAndAgain(system: System, cycles: readonly Cycle[], mutation?: ChildOptions['mutation']): Promise<Outcome> {
  const dataDir = mkdtempSync(join(tmpdir(), 'waymark-crash-'))
  const options: ChildOptions = { dataDir, ...(mutation === undefined ? {} : { mutation }) }
  const acknowledged = new Set<string>()
  const stats: IngestCounts[] = []
  const starts: number[] = []

  async function start(cycle: Partial<Cycle>): Promise<RunningSystem> {
    const began = performance.now()
    const { crashAt, visit = 1 } = cycle
    const running = await system.start({ ...options, ...(crashAt === undefined ? {} : { crashAt, visit }) })
    // It may reach its point of death while it starts; otherwise something else is wrong.
    if (running.url === null && crashAt === undefined) throw new Error('the process under test did not start')
    if (crashAt === undefined) {
      starts.push(performance.now() - began)
      stats.push(await running.stats())
    }
    return running
  }

  try {
    for (const cycle of cycles) {
      const running = await start(cycle)
      if (running.url !== null) {
        const load = loadUntilDead(running, acknowledged)
        if (cycle.crashAt === undefined) {
          await pause(cycle.loadMs ?? 0)
          await kill(running, dataDir, cycle.victim)
        }
        await load
      }
      if (cycle.crashAt !== undefined && cycle.victim !== 'process') killEngine(dataDir)
    }
    const last = await start({})
    await last.drain()
    stats.push(await last.stats())
    const { lost, duplicated } = await compare(dataDir, acknowledged)
    await kill(last, dataDir, 'process and engine')
    return { acknowledged: acknowledged.size, lost, duplicated, stats, starts }
  } finally {
    killEngine(dataDir)
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

async function loadUntilDead(running: RunningSystem, acknowledged: Set<string>): Promise<void> {
  const connection = async () => {
    while (!running.isDead()) {
      const ids = Array.from({ length: EVENTS_PER_REQUEST }, () => crypto.randomUUID())
      // Without an answer it may be stored or not: either is right.
      const isAcknowledged = await running.append(ids).catch(() => false)
      if (isAcknowledged) for (const id of ids) acknowledged.add(id)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, connection))
  await running.exited
}

async function kill(running: RunningSystem, dataDir: string, victim: Victim): Promise<void> {
  if (victim !== 'process') killEngine(dataDir)
  // After the engine alone the load goes on for a while, over its restart; then the process goes too, so that a cycle ends.
  if (victim === 'engine') await pause(300)
  running.kill()
  await running.exited
}

function killEngine(dataDir: string): void {
  const pid = readHandover(dataDir)?.pid
  if (pid === undefined || pid === 0) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

async function compare(dataDir: string, acknowledged: ReadonlySet<string>): Promise<{ lost: number; duplicated: number }> {
  const engine = readHandover(dataDir)
  if (engine === null) throw new Error(`no engine.json in ${dataDir}`)
  const db = await openDatabase({ engine })
  try {
    const result = await db.client.query({
      query: 'SELECT message_id, count() FROM events GROUP BY message_id',
      format: 'JSONCompactEachRow',
    })
    const found = new Map(await result.json<[string, number]>())
    return {
      lost: [...acknowledged].filter(id => !found.has(id)).length,
      duplicated: [...found.values()].filter(copies => copies > 1).length,
    }
  } finally {
    await db.close()
  }
}
