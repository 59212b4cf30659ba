-- How did the latest runs go?
SELECT
    run, job, state,
    toUnixTimestamp64Milli(now) AS now,
    toUnixTimestamp64Milli(started_at) AS started_at,
    duration_ms, rows, watermark, error
FROM job_runs FINAL
WHERE started_at >= {since:DateTime64(3, 'UTC')}
ORDER BY run DESC, started_at DESC
LIMIT {limit:UInt32}
