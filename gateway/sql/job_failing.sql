-- Which jobs failed at their latest run?
SELECT job
FROM job_runs
WHERE state != 'running' AND job != '(turn)'
GROUP BY job
HAVING argMax(state, (run, version)) = 'failed'
