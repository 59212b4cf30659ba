import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readHandover } from '../../gateway/src/db/engine/handover.ts'
import { openDatabase } from '../../gateway/src/db/open.ts'
import type { IngestCounts } from '../../gateway/src/ingest/stats.ts'
import type { ChildOptions } from './child.ts'

export type Victim = 'process and engine' | 'process' | 'engine'

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

export interface Cycle {
  readonly crashAt?: string
  readonly visit?: number
  /** Milliseconds of load before the kill; a cycle with `crashAt` waits for the process to kill itself instead. */
  readonly loadMs?: number
  readonly victim?: Victim
}

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))
const CONNECTIONS = 16
const EVENTS_PER_REQUEST = 10

/** Runs the cycles on one data folder, then starts once more, lets everything be loaded, and compares. */
export async function killAgainAndAgain(cycles: readonly Cycle[], mutation?: ChildOptions['mutation']): Promise<Outcome> {
  const dataDir = mkdtempSync(join(tmpdir(), 'waymark-crash-'))
  const acknowledged = new Set<string>()
  const stats: IngestCounts[] = []
  const starts: number[] = []
  try {
    for (const { crashAt, visit = 1, loadMs = 0, victim = 'process and engine' } of cycles) {
      const began = performance.now()
      const child = await startChild({
        dataDir,
        ...(crashAt === undefined ? {} : { crashAt, visit }),
        ...(mutation === undefined ? {} : { mutation }),
      })
      // It may reach the point while it starts; otherwise something else is wrong.
      if (child.port === null && crashAt !== undefined && child.process.signalCode === 'SIGKILL') continue
      if (child.port === null) throw new Error('the process under test did not start')
      starts.push(performance.now() - began)
      if (crashAt === undefined) stats.push(await ask<IngestCounts>(child.port, '/stats'))
      const load = loadUntilDead(child, acknowledged)
      if (crashAt === undefined) {
        await new Promise(resolve => setTimeout(resolve, loadMs))
        await kill(child, dataDir, victim)
      }
      await load
      if (crashAt !== undefined && victim === 'process and engine') killEngine(dataDir)
    }
    const last = await startChild({ dataDir, ...(mutation === undefined ? {} : { mutation }) })
    if (last.port === null) throw new Error('the last start failed')
    await ask(last.port, '/drain')
    stats.push(await ask<IngestCounts>(last.port, '/stats'))
    const { lost, duplicated } = await compare(dataDir, acknowledged)
    await kill(last, dataDir, 'process and engine')
    return { acknowledged: acknowledged.size, lost, duplicated, stats, starts }
  } finally {
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

interface Child {
  readonly process: ChildProcess
  /** null when it died before it was ready. */
  readonly port: number | null
  readonly isDead: () => boolean
}

async function startChild(options: ChildOptions): Promise<Child> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<number | null>(resolve => {
    child.stdout.once('data', (line: Buffer) => resolve(Number(line.toString().split(' ')[1])))
    child.once('exit', () => resolve(null))
  })
  return { process: child, port, isDead: () => child.exitCode !== null || child.signalCode !== null }
}

async function loadUntilDead({ port, isDead, process: child }: Child, acknowledged: Set<string>): Promise<void> {
  const exited = isDead() ? Promise.resolve() : new Promise(resolve => child.once('exit', resolve))
  const connection = async () => {
    while (!isDead()) {
      const ids = Array.from({ length: EVENTS_PER_REQUEST }, () => crypto.randomUUID())
      const response = await fetch(`http://127.0.0.1:${port}/append`, { method: 'POST', body: JSON.stringify({ ids }) }).catch(() => null)
      if (response === null) break
      if (response.ok) for (const id of ids) acknowledged.add(id)
      await response.arrayBuffer().catch(() => undefined)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, connection))
  await exited
}

async function kill(child: Child, dataDir: string, victim: Victim): Promise<void> {
  if (victim !== 'process') killEngine(dataDir)
  // After the engine alone the load goes on for a moment; the process dies too before the next cycle starts it again.
  if (victim === 'engine') await new Promise(resolve => setTimeout(resolve, 300))
  if (!child.isDead()) {
    const exited = new Promise(resolve => child.process.once('exit', resolve))
    child.process.kill('SIGKILL')
    await exited
  }
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

async function ask<T>(port: number, path: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`)
  if (!response.ok) throw new Error(`${path} answered ${response.status} ${await response.text()}`)
  return (await response.json()) as T
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
