-- Which accounts are to be scored again, and from which day on (days since 1970-01-01)? Those that runs marked, and everyone from `sweep_from` on.
SELECT account_id, greatest(min(dirty_from), {oldest_day:Int32}) AS from_day
FROM
(
    SELECT account_id, toInt32(from_day) AS dirty_from
    FROM dirty_accounts
    WHERE run > {after_run:UInt64} AND run <= {through_run:UInt64} AND account_id NOT IN ('', '*')
    UNION ALL
    SELECT account_id, {sweep_from:Int32}
    FROM (SELECT account_id FROM account_keys FINAL UNION DISTINCT SELECT account_id FROM memberships FINAL)
)
GROUP BY account_id
HAVING from_day <= {to_day:Int32}
