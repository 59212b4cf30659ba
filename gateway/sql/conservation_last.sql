-- How did the latest check of the account of events end?
SELECT
    toUnixTimestamp64Milli(checked_at) AS checked_at,
    toUnixTimestamp(from_hour) * 1000 AS from_hour,
    toUnixTimestamp(to_hour) * 1000 AS to_hour,
    received,
    missing,
    doubled,
    difference,
    segments,
    toUnixTimestamp(first_wrong_hour) * 1000 AS first_wrong_hour,
    told
FROM conservation_checks
ORDER BY checked_at DESC
LIMIT 1
