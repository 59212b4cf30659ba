import type { IngestCounts } from '../../gateway/src/ingest/stats.ts'
import { freePort, gatewayEnvironment, read, runJobs } from '../gateway.ts'
import { killEngine, type Launched, launch } from './launch.ts'
import { waitingFor } from './waits.ts'

/** The gateway as it is shipped, in a process group of its own. */
export interface GatewayProcess extends Launched {
  readonly url: string
  readonly dataDir: string
  stats(): Promise<IngestCounts>
  /** Resolves when everything acknowledged is in the tables. */
  drain(): Promise<void>
  /** SIGKILL to the group and to the engine. */
  killAll(): Promise<void>
}

export interface StartOptions {
  readonly dataDir: string
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
  /** A command that runs it, such as strace with its options. */
  readonly under?: readonly string[]
  /** Script and arguments in place of the shipped ones. */
  readonly script?: readonly string[]
}

const SHIPPED = ['--max-semi-space-size=2', 'gateway/waymark.js', 'serve', '--empty']

/** null when it died before it was ready. */
export async function tryGateway({ dataDir, port, env = {}, under = [], script = SHIPPED }: StartOptions): Promise<GatewayProcess | null> {
  const [file = process.execPath, ...args] = [...under, process.execPath, ...script]
  const running = await launch({
    command: [file, ...args],
    env: gatewayEnvironment(dataDir, { PORT: String(port ?? (await freePort())), LOG_LEVEL: 'error', ...env }),
    readyLine: /waymark listening on (http:\S+)/,
  })
  if (running.ready === null) {
    await running.exited
    return null
  }
  const url = running.ready
  return {
    ...running,
    url,
    dataDir,
    stats: () => read<IngestCounts>({ url }, '/v1/stats'),
    // The first job alone: it waits for the loader, and nothing of the rest is wanted.
    drain: () => waitingFor('the first job, which waits for the loader', async () => void (await runJobs({ url }, { jobs: ['stitch'] }))),
    async killAll() {
      running.signal('SIGKILL')
      killEngine(dataDir)
      await waitingFor(`the end of process ${running.pid}`, () => running.exited)
    },
  }
}

export async function startGateway(options: StartOptions): Promise<GatewayProcess> {
  const gateway = await tryGateway(options)
  if (gateway === null) throw new Error(`the gateway of ${options.dataDir} did not start`)
  return gateway
}

/** Moves the clock of a gateway that gatewayChild.ts runs; milliseconds from the real one. */
export async function setClock(gateway: GatewayProcess, offsetMs: number): Promise<void> {
  const url = /control (http:\S+)/.exec(gateway.output())?.[1]
  if (url === undefined) throw new Error('this gateway has no clock to set')
  await fetch(url, { method: 'POST', body: JSON.stringify({ offsetMs }) })
}
