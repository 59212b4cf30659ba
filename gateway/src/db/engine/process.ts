import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { basic, type Credentials } from './config.ts'
import { writePrivate } from './handover.ts'
import { startError } from './problems.ts'

export interface ChildArguments {
  readonly library: string
  /** Holds `config.xml`, `users.xml` and the data. */
  readonly folder: string
  readonly port: number
}

export interface EngineProcess {
  readonly pid: number
  /** Only this process's engine answers with it. */
  readonly token: string
  /** Resolves when the process is gone, with its last words on stderr. */
  readonly ended: Promise<string>
  kill(): void
}

const ENTRY = fileURLToPath(new URL('./child.ts', import.meta.url))
const START_TIMEOUT_MS = 60_000
const KEPT_LINES = 20

/** Starts the engine's process; it has an empty environment and dies with this one. */
export function startProcess(child: ChildArguments): EngineProcess {
  const token = randomUUID()
  writeToken(child.folder, token)
  // detached: a Ctrl-C in the terminal must not end the engine before the gateway has drained into it.
  const engine = spawn(process.execPath, [ENTRY, JSON.stringify(child)], {
    env: { TZ: 'UTC' },
    cwd: child.folder,
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let lastLines: readonly string[] = []
  engine.stderr.setEncoding('utf8').on('data', (text: string) => {
    lastLines = [...lastLines, ...text.split('\n')].filter(line => line.trim() !== '').slice(-KEPT_LINES)
  })
  const ended = new Promise<string>(resolve => {
    engine.on('error', error => resolve(error.message))
    engine.on('close', (code, signal) => resolve([`ended with ${signal ?? `exit code ${code}`}`, ...lastLines].join('\n')))
  })
  engine.stdin.on('error', () => undefined)
  return { pid: engine.pid ?? 0, token, ended, kill: () => void engine.kill('SIGKILL') }
}

/** Beside `config.xml`, which the engine reads with it, once, at its start. */
function writeToken(folder: string, token: string): void {
  mkdirSync(join(folder, 'config.d'), { recursive: true, mode: 0o700 })
  writePrivate(join(folder, 'config.d', 'start.xml'), `<clickhouse><macros><start>${token}</start></macros></clickhouse>\n`)
}

/**
 * Resolves when this process's own engine answers an authenticated query: another one on its port, even with the same passwords, does not
 * count. Rejects with the process's last words and what to do when it ends before.
 */
export async function untilReady(engine: EngineProcess, url: string, user: Credentials): Promise<void> {
  const end = engine.ended.then(words => {
    throw startError(words)
  })
  end.catch(() => undefined)
  const deadline = performance.now() + START_TIMEOUT_MS
  while (performance.now() < deadline) {
    if ((await Promise.race([tokenAt(url, user), end])) === engine.token) return
    await Promise.race([sleep(25), end])
  }
  engine.kill()
  throw new Error(
    `The embedded engine did not answer on ${url} within ${START_TIMEOUT_MS / 1000} s. Is the machine overloaded? Start again, or set CLICKHOUSE_URL to a ClickHouse server.`,
  )
}

/** Whether the engine at this address takes this user's queries. */
export async function answers(url: string, user: Credentials): Promise<boolean> {
  return (await ask(url, user, 'SELECT 1')) === '1'
}

/** Of the start of the engine that has this port now. */
function tokenAt(url: string, user: Credentials): Promise<string | null> {
  return ask(url, user, "SELECT getMacro('start')")
}

async function ask(url: string, user: Credentials, query: string): Promise<string | null> {
  try {
    const response = await fetch(`${url}/?${new URLSearchParams({ query })}`, {
      headers: { authorization: basic(user) },
      signal: AbortSignal.timeout(2000),
    })
    return (await response.text()).trim()
  } catch {
    return null // not listening yet, or no more
  }
}

/** Whether anything answers there, be it a refusal: an engine that is busy is not one that hangs. */
export async function responds(url: string, withinMs: number): Promise<boolean> {
  try {
    const response = await fetch(`${url}/ping`, { signal: AbortSignal.timeout(withinMs) })
    await response.arrayBuffer()
    return true
  } catch {
    return false
  }
}

/** A free port on loopback: the preferred one if it becomes free within `patienceMs` (the last engine may still be dying), else any. */
export async function freePort(preferred: number | null, patienceMs: number): Promise<number> {
  const deadline = performance.now() + patienceMs
  while (preferred !== null) {
    const port = await bindOnce(preferred)
    if (port !== null) return port
    if (performance.now() >= deadline) break
    await sleep(50)
  }
  const port = await bindOnce(0)
  if (port === null) throw new Error('No free port on 127.0.0.1 for the embedded engine. Close programs that listen there.')
  return port
}

function bindOnce(port: number): Promise<number | null> {
  return new Promise(resolve => {
    const server = createServer()
    server.on('error', () => resolve(null))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : null))
    })
  })
}
