-- How did the latest runs go, newest first; of those in one state only, or of all where none is named?
SELECT
    run, job, state,
    toUnixTimestamp64Milli(now) AS now,
    toUnixTimestamp64Milli(started_at) AS started_at,
    duration_ms, rows, error
FROM job_runs FINAL
WHERE job_runs.started_at >= {since:DateTime64(3, 'UTC')}
  AND job_runs.job != '(turn)'
  AND ({state:String} = '' OR job_runs.state = {state:String})
ORDER BY run DESC, job_runs.started_at DESC
LIMIT {limit:UInt32}
