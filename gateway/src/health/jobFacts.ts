import { plainError } from '../plainError.ts'
import type { JobFacts } from './facts.ts'
import type { JobStateRow } from './queries.ts'

/** The jobs of the pipeline in its order, also those that never ran; runs of jobs that are no more are left out. */
export function jobFacts(names: readonly string[], states: readonly JobStateRow[]): JobFacts[] {
  return names.map(job => {
    const row = states.find(state => state.job === job)
    if (row === undefined) return { job, state: 'never', lastGood: null, error: '', since: null, failures: 0 }
    const isFailing = row.state === 'failed' || row.failures > 0
    return {
      job,
      state: row.state === 'running' ? 'running' : isFailing ? 'failing' : row.good_run === 0 ? 'never' : 'ok',
      lastGood: row.good_run === 0 ? null : { startedAt: row.good_started_at, durationMs: row.good_duration_ms, rows: row.good_rows },
      error: jobError(job, row.error),
      since: row.state === 'running' ? row.started_at : isFailing ? row.failing_since : null,
      failures: row.failures,
    }
  })
}

/** The recorded reason without the data it quotes, and without the name of the job that stands beside it. */
export function jobError(job: string, error: string): string {
  const plain = plainError(error)
  const opening = `job ${job} failed: `
  return plain.startsWith(opening) ? plain.slice(opening.length) : plain
}
