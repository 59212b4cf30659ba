-- Which version of each tracking plan is in force, and since when?
SELECT id, max(version) AS version, toUnixTimestamp64Milli(argMax(pushed_at, version)) AS pushed_at
FROM tracking_plans FINAL
WHERE state = 'active'
GROUP BY id
ORDER BY id
