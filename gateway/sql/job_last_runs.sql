-- Where did each job stop: its last good run with the watermark it left?
SELECT
    job,
    argMax(watermark, (run, version)) AS watermark,
    toUnixTimestamp64Milli(argMax(now, (run, version))) AS now
FROM job_runs
WHERE state = 'done' AND (job, run) IN (SELECT job, max(run) FROM job_runs WHERE state = 'done' AND job != '(turn)' GROUP BY job)
GROUP BY job
ORDER BY job
