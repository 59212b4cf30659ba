-- What is the highest number that a turn at running jobs has?
SELECT max(run) AS run
FROM job_runs
WHERE job = '(turn)'
