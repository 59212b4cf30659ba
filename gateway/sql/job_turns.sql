-- Who took the latest turns at running jobs, and did the turns end?
SELECT fence, holder, argMax(state, version) AS state, toUnixTimestamp64Milli(max(started_at)) AS started_at
FROM job_runs
WHERE job = '(turn)' AND run >= {from_run:UInt64}
GROUP BY fence, holder
ORDER BY fence DESC, holder
