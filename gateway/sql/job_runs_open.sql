-- Which runs were opened and never closed?
SELECT run, job, toUnixTimestamp64Milli(now) AS now, toUnixTimestamp64Milli(started_at) AS started_at, fence, holder
FROM job_runs FINAL
WHERE state = 'running'
ORDER BY run, job
