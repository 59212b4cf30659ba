-- Which accounts became dirty after a run? The row without an account marks the workspace's season, which no journey looks at.
SELECT account_id, max(run) AS last_run
FROM dirty_accounts
WHERE run > {after_run:UInt64}
GROUP BY account_id
ORDER BY account_id
