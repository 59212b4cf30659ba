/** The processes of the benchmark: the load generator on one core, servers and engine with all their threads where the kernel puts them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { KEYS, read, startGateway } from '../../gateway.ts'
import { endChild, nextMessage, startChild } from '../child.ts'
import { family, pin } from '../processes.ts'
import type { LoadOrder, LoadResult } from './load.ts'

export const SERVER_CORE = '0'
export const LOAD_CORE = '1'
export const BOTH_CORES = `${SERVER_CORE},${LOAD_CORE}`

export interface System {
  readonly port: number
  /** Processes that count as the server; the engine is not among them. */
  pids(): readonly number[]
  stop(): Promise<void>
}

export interface GatewaySystem extends System {
  readonly enginePid: number
  readonly dataDir: string
  /** The engine stops dead: whatever is accepted stays in the spool. */
  holdLoading(): void
  /** The engine goes on, gateway and engine on these cores. */
  resumeLoading(cores: string): void
  /** Resolves when nothing is left in the spool. */
  drained(): Promise<void>
  stats(): Promise<GatewayStats>
}

export interface GatewayStats {
  readonly received: number
  readonly stored: number
  readonly pending: number
  readonly deduplicated: number
  readonly rejected: number
  readonly suppressed: number
}

export type Order = Omit<LoadOrder, 'writeKey'>

const DRAIN_POLL_MS = 10

/** A server file of this folder that tells its port. */
export async function startServer(file: 'bareServer.ts' | 'trivialServer.ts'): Promise<System> {
  const child = startChild(new URL(file, import.meta.url))
  const { port } = await nextMessage<{ port: number }>(child)
  const pid = child.pid ?? 0
  pin(pid, BOTH_CORES)
  return { port, pids: () => [pid], stop: () => endChild(child) }
}

/** The product as it is started by everybody, alone in its data folder; no jobs run, for they are not ingest. */
export async function startOurs(dataDir: string): Promise<GatewaySystem> {
  // One public key sends here what a hundred sources would: what it may send is not what is measured.
  const gateway = await startGateway({ dataDir, env: { ROLE: 'ingest', SOURCE_EVENTS_PER_SECOND: 'off' } })
  const { pid } = JSON.parse(readFileSync(join(dataDir, 'gateway.json'), 'utf8')) as { pid: number }
  const { pid: enginePid } = JSON.parse(readFileSync(join(dataDir, 'engine.json'), 'utf8')) as { pid: number }
  // A stopped engine would not notice that its gateway is gone.
  const wake = () => signal(enginePid, 'SIGCONT')
  process.once('exit', wake)
  for (const member of family(pid, [enginePid])) pin(member, BOTH_CORES)
  return {
    port: Number(new URL(gateway.url).port),
    dataDir,
    enginePid,
    pids: () => family(pid, [enginePid]),
    holdLoading: () => signal(enginePid, 'SIGSTOP'),
    resumeLoading(cores) {
      for (const member of [...family(pid, [enginePid]), enginePid]) pin(member, cores)
      wake()
    },
    async drained() {
      while (spoolFiles(dataDir) > 0) await wait(DRAIN_POLL_MS)
    },
    stats: () => read<GatewayStats>(gateway, '/v1/stats'),
    async stop() {
      wake()
      await gateway.stop()
      process.off('exit', wake)
    },
  }
}

/** Segments that are not loaded yet: the folder is the ledger. */
function spoolFiles(dataDir: string): number {
  return readdirSync(join(dataDir, 'spool'), { recursive: true, encoding: 'utf8' }).filter(name => /\.(open|seg)$/.test(name)).length
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** One run of the load generator, in a process of its own. */
export async function sendLoad(order: Order): Promise<LoadResult> {
  const child = startChild(new URL('load.ts', import.meta.url))
  try {
    await nextMessage(child)
    pin(child.pid ?? 0, LOAD_CORE)
    child.send({ ...order, writeKey: KEYS.browser } satisfies LoadOrder)
    const answer = await nextMessage<{ result: LoadResult } | { error: string }>(child)
    if ('error' in answer) throw new Error(`the load generator failed: ${answer.error}`)
    return answer.result
  } finally {
    await endChild(child)
  }
}
