-- Which version of each tracking plan is in force, and since when?
SELECT plans.id AS id, max(plans.version) AS version, toUnixTimestamp64Milli(argMax(plans.pushed_at, plans.version)) AS pushed_at
FROM tracking_plans AS plans FINAL
WHERE plans.state = 'active'
GROUP BY plans.id
ORDER BY plans.id
