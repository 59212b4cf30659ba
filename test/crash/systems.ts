import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { IngestCounts } from '../../gateway/src/ingest/stats.ts'
import { freePort, gatewayEnvironment, KEYS, read, runJobs, send } from '../gateway.ts'
import type { ChildOptions } from './child.ts'

/** Something that acknowledges events, and may be killed. */
export interface System {
  /** Resolves when it is ready; `url` is null when it died before. */
  start(options: ChildOptions): Promise<RunningSystem>
}

export interface RunningSystem {
  readonly url: string | null
  readonly isDead: () => boolean
  readonly exited: Promise<void>
  /** SIGKILL, to the process alone. */
  kill(): void
  /** Whether the ids were acknowledged. */
  append(ids: readonly string[]): Promise<boolean>
  stats(): Promise<IngestCounts>
  /** Resolves when everything acknowledged is in the tables. */
  drain(): Promise<void>
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Spool and loader alone, with points at which to die. */
export const spoolAndLoader: System = {
  start: async options => {
    const running = await launch(['test/crash/child.ts', JSON.stringify(options)], undefined, /ready (\S+)/)
    const ask = async (path: string, body?: object) => {
      const response = await fetch(`${running.url}${path}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) })
      if (!response.ok) throw new Error(`${path} answered ${response.status} ${await response.text()}`)
      return response.json()
    }
    return {
      ...running,
      append: ids => ask('/append', { ids }).then(() => true),
      stats: async () => (await ask('/stats')) as IngestCounts,
      drain: async () => void (await ask('/drain')),
    }
  },
}

/** The gateway as it is shipped. */
export const wholeGateway: System = {
  start: async ({ dataDir }) => {
    const environment = gatewayEnvironment(dataDir, { PORT: String(await freePort()), LOG_LEVEL: 'error' })
    const running = await launch(['gateway/src/main.ts', 'serve', '--empty'], environment, /waymark listening on (http:\S+)/)
    const url = running.url ?? ''
    return {
      ...running,
      append: async ids => {
        const batch = ids.map(messageId => ({ type: 'track', event: 'Survived', userId: 'u-1', messageId }))
        return (await send({ url }, batch, { key: KEYS.server })).status === 200
      },
      stats: () => read<IngestCounts>({ url }, '/v1/stats'),
      drain: async () => void (await runJobs({ url }, { jobs: ['stitch'] })),
    }
  },
}

async function launch(command: readonly string[], env: Record<string, string> | undefined, ready: RegExp) {
  const child = spawn(process.execPath, [...command], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(env === undefined ? {} : { env }),
  })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  let output = ''
  const url = await new Promise<string | null>(resolve => {
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString()
      const found = ready.exec(output)?.[1]
      if (found !== undefined) resolve(found)
    })
    void exited.then(() => resolve(null))
  })
  return {
    url,
    exited,
    isDead: () => child.exitCode !== null || child.signalCode !== null,
    kill: () => void child.kill('SIGKILL'),
  }
}
