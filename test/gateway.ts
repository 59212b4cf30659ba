import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A real gateway process on loopback with its own data folder, as `npm start` runs it. */
export interface RunningGateway {
  readonly url: string
  readonly dataDir: string
  readonly output: () => string
  /** Ends it as an operator would; resolves with the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL to the gateway and to its engine. */
  kill(): Promise<void>
}

export const KEYS = {
  browser: 'wk_browser_test',
  server: 'wk_server_test',
  secret: 'sk_test_0123456789abcdef0123456789abcdef',
} as const

const root = fileURLToPath(new URL('..', import.meta.url))
const READY = /waymark listening on (http:\/\/\S+)/

export function temporaryDataDir(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'waymark-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) }
}

/**
 * As `npm start` sets them. What glibc is given back it keeps in as many heaps as there are threads, and raises what it asks the system for
 * apart with each large piece that it has seen: a hundred megabytes stay that nobody uses.
 */
export const MALLOC = { MALLOC_ARENA_MAX: '4', MALLOC_MMAP_THRESHOLD_: '262144', MALLOC_TRIM_THRESHOLD_: '4194304' } as const

/** Environment of a test gateway: known keys, no inherited configuration. */
export function gatewayEnvironment(dataDir: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    ...MALLOC,
    DATA_DIR: dataDir,
    WRITE_KEYS: `web:${KEYS.browser},backend:${KEYS.server}:server`,
    SECRET_KEYS: `ops:${KEYS.secret}:read+admin+import+delete+merge`,
    LOG_LEVEL: 'warn',
    ...more,
  }
}

/** A port that was free a moment ago, so that a restart can keep its address. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise(done => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export async function startGateway({
  dataDir,
  port,
  env = {},
  args = ['--empty'],
}: {
  dataDir: string
  port?: number
  /** Of `waymark serve`; without `--empty` the first start fills the folder with the sample history. */
  args?: readonly string[]
  env?: Record<string, string>
}): Promise<RunningGateway> {
  const child = spawn(process.execPath, ['--max-semi-space-size=2', 'gateway/waymark.js', 'serve', ...args], {
    cwd: root,
    env: gatewayEnvironment(dataDir, { PORT: String(port ?? (await freePort())), ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // A test that fails before its clean-up must leave nothing running.
  process.once('exit', () => child.kill('SIGKILL'))
  const chunks: string[] = []
  const url = await ready(child, chunks)
  const ended = new Promise<number | null>(done => child.once('exit', done))
  return {
    url,
    dataDir,
    output: () => chunks.join(''),
    stop() {
      child.kill('SIGTERM')
      return ended
    },
    async kill() {
      const { pid } = JSON.parse(readFileSync(join(dataDir, 'engine.json'), 'utf8')) as { pid: number }
      child.kill('SIGKILL')
      endProcess(pid)
      await ended
    },
  }
}

/** The engine ends by itself when its gateway is gone, perhaps before this. */
function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function ready(child: ChildProcess, chunks: string[]): Promise<string> {
  return new Promise((done, fail) => {
    const take = (data: Buffer) => {
      chunks.push(data.toString())
      const found = READY.exec(chunks.join(''))?.[1]
      if (found !== undefined) done(found)
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    child.once('error', fail)
    child.once('exit', code => fail(new Error(`the gateway ended with ${code} before it was ready:\n${chunks.join('')}`)))
  })
}

/** Calls the gateway with the secret key and gives the JSON answer; throws on any other status. */
export async function read<T>(gateway: { url: string }, path: string): Promise<T> {
  const response = await fetch(gateway.url + path, { headers: { authorization: `Bearer ${KEYS.secret}` } })
  if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

export async function runJobs(
  gateway: { url: string },
  body: { jobs?: string[]; at?: string } = {},
): Promise<{ runs: { job: string; rows: number; durationMs: number; watermark: string }[] }> {
  const response = await fetch(`${gateway.url}/v1/jobs/run`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEYS.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`POST /v1/jobs/run: ${response.status} ${await response.text()}`)
  return (await response.json()) as { runs: { job: string; rows: number; durationMs: number; watermark: string }[] }
}

/** Sends a batch with a write key; resolves with status and answer. */
export async function send(
  gateway: { url: string },
  batch: readonly object[],
  options: { key?: string; path?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: { accepted?: number; rejected?: unknown[]; error?: { code: string; message: string } } }> {
  const response = await fetch(gateway.url + (options.path ?? '/v1/batch'), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${options.key ?? KEYS.server}:`).toString('base64')}`,
      ...options.headers,
    },
    body: JSON.stringify({ batch, sentAt: new Date().toISOString() }),
  })
  return { status: response.status, body: (await response.json()) as never }
}
