import { describe, expect, it } from 'vitest'
import { jobFacts } from './jobFacts.ts'
import type { JobStateRow } from './queries.ts'

describe('the state of a job', () => {
  const ROW: JobStateRow = {
    job: 'scores',
    state: 'done',
    started_at: 5,
    error: '',
    good_run: 3,
    good_started_at: 5,
    good_duration_ms: 7,
    good_rows: 9,
    failures: 0,
    failing_since: 0,
  }
  it.each<[string, Partial<JobStateRow> | null, object]>([
    ['never, without a run', null, { state: 'never', lastGood: null }],
    ['ok, after a good run', {}, { state: 'ok', lastGood: { startedAt: 5, durationMs: 7, rows: 9 }, since: null }],
    ['running', { state: 'running', started_at: 8 }, { state: 'running', since: 8 }],
    [
      'failing, with its reason alone',
      { state: 'failed', failures: 2, failing_since: 6, error: "job scores failed: no 'x'" },
      { state: 'failing', since: 6, failures: 2, error: 'no “…”' },
    ],
    ['failing still, when a later run was cut short', { state: 'abandoned', failures: 1, failing_since: 6 }, { state: 'failing' }],
    ['never, when only cut short', { state: 'abandoned', good_run: 0 }, { state: 'never', lastGood: null }],
  ])('is %s', (_name, row, expected) => {
    expect(jobFacts(['scores'], row === null ? [] : [{ ...ROW, ...row }])[0]).toMatchObject({ job: 'scores', ...expected })
  })
})
