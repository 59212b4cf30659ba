-- Where did each job stop: its last good run with the watermark it left, and the highest run number and fence of all?
SELECT
    job,
    argMaxIf(watermark, run, state = 'done') AS watermark,
    toUnixTimestamp64Milli(maxIf(now, state = 'done')) AS now,
    toUInt64(max(run)) AS last_run,
    toUInt64(max(fence)) AS last_fence,
    toUInt8(argMax(state, run) = 'failed') AS is_failing
FROM job_runs FINAL
GROUP BY job
ORDER BY job
