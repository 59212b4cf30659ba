import type { Job, JobContext, JobResult } from './job.ts'
import { loadedSegments } from './segments.ts'

type Given = Pick<JobContext, 'db' | 'models'> & Partial<JobContext>

/** Runs one job as the pipeline does, over everything that is loaded. */
export async function runJob(job: Job, given: Given): Promise<JobResult> {
  const now = given.now ?? Date.UTC(2026, 2, 1)
  return job.run({
    now,
    realTime: now,
    run: 1,
    watermark: '',
    upstream: '',
    loaded: await loadedSegments(given.db, 0),
    signal: new AbortController().signal,
    ...given,
  })
}
