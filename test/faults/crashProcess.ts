import type { IngestCounts } from '../../gateway/src/ingest/stats.ts'
import type { ChildOptions } from './crashChild.ts'
import { type Launched, launch, type Running } from './launch.ts'

/** A process composed to die (crashChild.ts). */
export interface CrashProcess extends Launched {
  /** Whether the ids were acknowledged; rejects when there was no answer. */
  append(ids: readonly string[]): Promise<boolean>
  stats(): Promise<IngestCounts>
  drain(): Promise<void>
  runJobs(now: number): Promise<void>
}

/** null when it died before it was ready: its point may lie there. */
export async function startCrashProcess(options: ChildOptions): Promise<CrashProcess | null> {
  const running: Launched | (Running & { ready: null }) = await launch({
    command: [process.execPath, 'test/faults/crashChild.ts', JSON.stringify(options)],
    readyLine: /ready (\S+)/,
  })
  if (running.ready === null) {
    const { signal } = await running.exited
    if (options.crashAt === undefined || signal !== 'SIGKILL') throw new Error(`the process under test did not start:\n${running.output()}`)
    return null
  }
  const ask = async (path: string, body?: object) => {
    const response = await fetch(`${running.ready}${path}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path} answered ${response.status} ${await response.text()}`)
    return response.json()
  }
  return {
    ...running,
    append: ids => ask('/append', { ids }).then(() => true),
    stats: async () => (await ask('/stats')) as IngestCounts,
    drain: async () => void (await ask('/drain', {})),
    runJobs: async now => void (await ask('/jobs', { now })),
  }
}
