-- How did each job's latest run go, and its last good one?
SELECT
    job,
    argMax(runs.state, runs.run) AS state,
    toUnixTimestamp64Milli(argMax(runs.started_at, runs.run)) AS started_at,
    argMax(runs.error, runs.run) AS error,
    any(runs.good_run) AS good_run,
    toUnixTimestamp64Milli(maxIf(runs.started_at, runs.run = runs.good_run)) AS good_started_at,
    maxIf(runs.duration_ms, runs.run = runs.good_run) AS good_duration_ms,
    maxIf(runs.rows, runs.run = runs.good_run) AS good_rows,
    countIf(runs.state = 'failed' AND runs.run > runs.good_run) AS failures,
    toUnixTimestamp64Milli(minIf(runs.started_at, runs.state = 'failed' AND runs.run > runs.good_run)) AS failing_since
FROM
(
    SELECT job, run, state, started_at, duration_ms, rows, error, maxIf(run, state = 'done') OVER (PARTITION BY job) AS good_run
    FROM job_runs FINAL
    WHERE job != '(turn)' AND started_at >= {since:DateTime64(3, 'UTC')}
) AS runs
GROUP BY job
ORDER BY job
