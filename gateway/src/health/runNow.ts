import { setTimeout as wait } from 'node:timers/promises'
import { JobsBusy } from '../jobs/ledger.ts'
import type { Pipeline } from '../jobs/pipeline.ts'

/** How a run went that a person asked for; `running`: it goes on after the patience of a page. */
export type Ran = 'done' | 'running' | 'busy' | 'failed'

export interface RunNowEdges {
  readonly pipeline: Pick<Pipeline, 'run'>
  /** Told why a run failed. */
  readonly onError: (error: unknown) => void
  readonly patienceMs?: number
}

/** Runs all jobs now. One at a time: who asks again meanwhile waits for the same run. */
export function createRunNow({ pipeline, onError, patienceMs = 8_000 }: RunNowEdges): () => Promise<Ran> {
  let current: Promise<Ran> | null = null

  async function run(): Promise<Ran> {
    try {
      await pipeline.run()
      return 'done'
    } catch (error) {
      if (error instanceof JobsBusy) return 'busy'
      onError(error)
      return 'failed'
    } finally {
      current = null
    }
  }

  return () => {
    current ??= run()
    return Promise.race([current, wait(patienceMs, 'running' as const, { ref: false })])
  }
}
