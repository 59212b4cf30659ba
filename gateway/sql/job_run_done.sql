-- How did a run end well? Told in the moment in which the turn is seen to be still its own, and otherwise not.
-- Version 2: whoever takes it for abandoned in that very moment writes 1.
INSERT INTO job_runs (run, job, state, now, started_at, finished_at, duration_ms, rows, watermark, fence, holder, version)
SELECT run, job, 'done', now, started_at, finished_at, duration_ms, rows, watermark, fence, holder, 2
FROM input('run UInt64, job String, now DateTime64(3, \'UTC\'), started_at DateTime64(3, \'UTC\'), finished_at DateTime64(3, \'UTC\'),
    duration_ms UInt64, rows UInt64, watermark String, fence UInt64, holder String')
WHERE (SELECT max(run) FROM job_runs WHERE job = '(turn)') = {turn:UInt64}
FORMAT JSONEachRow
