import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readHandover } from '../../gateway/src/db/engine/handover.ts'
import { waitingFor } from './waits.ts'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process with a group of its own, to be killed as a whole. */
export interface Running {
  readonly pid: number
  readonly exited: Promise<Exit>
  isDead(): boolean
  /** To every process of the group. */
  signal(signal: NodeJS.Signals): void
  output(): string
}

export interface Launched extends Running {
  /** What the ready line told. */
  readonly ready: string
  readonly readyMs: number
}

export interface LaunchOptions {
  readonly command: readonly [string, ...string[]]
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Its first group is what `ready` gives. */
  readonly readyLine: RegExp
}

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Of processes that tests compose: what they import is compiled once for all of them. */
const COMPOSED = { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: join(tmpdir(), 'waymark-compile-cache') }
/** Groups that still live, so that a harness that ends early leaves nothing behind. */
const alive = new Set<Running>()
process.once('exit', endAll)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

/** Those that still live, the oldest first. */
export function livingNow(): readonly Running[] {
  return [...alive]
}

/** SIGKILL to all of them. */
export function endAll(): void {
  for (const running of alive) running.signal('SIGKILL')
}

/** Starts it and waits for its ready line; what died before that has no `ready`. */
export async function launch({ command: [file, ...args], env, readyLine }: LaunchOptions): Promise<Launched | (Running & { ready: null })> {
  const began = performance.now()
  const child = spawn(file, args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: env ?? COMPOSED })
  const pieces: string[] = []
  const pid = child.pid ?? 0
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', reject)
  })
  const running: Running = {
    pid,
    exited,
    isDead: () => child.exitCode !== null || child.signalCode !== null,
    signal: signal => signalQuietly(-pid, signal),
    output: () => pieces.join(''),
  }
  alive.add(running)
  const isReady = new Promise<string | null>((resolve, reject) => {
    const take = (data: Buffer) => {
      pieces.push(data.toString())
      const found = readyLine.exec(pieces.slice(-20).join(''))?.[1]
      if (found !== undefined) resolve(found)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    exited.then(() => resolve(null), reject)
  })
  const ready = await waitingFor(`the ready line of process ${pid}`, () => isReady)
  void exited.then(() => alive.delete(running))
  return ready === null ? { ...running, ready } : { ...running, ready, readyMs: performance.now() - began }
}

/** SIGKILL to the embedded engine of a folder: it has a group of its own. */
export function killEngine(dataDir: string, signal: NodeJS.Signals = 'SIGKILL'): void {
  const pid = readHandover(dataDir)?.pid ?? 0
  if (pid > 0) signalQuietly(pid, signal)
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
