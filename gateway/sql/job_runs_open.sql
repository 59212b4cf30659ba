-- Which runs did a turn open and never close?
SELECT run, job, toUnixTimestamp64Milli(any(now)) AS now, toUnixTimestamp64Milli(any(started_at)) AS started_at, any(holder) AS holder
FROM job_runs
WHERE run >= {from_run:UInt64} AND run < {to_run:UInt64} AND fence = {fence:UInt64} AND job != '(turn)'
GROUP BY run, job
HAVING max(version) = 0
ORDER BY run, job
