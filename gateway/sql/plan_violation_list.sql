-- Which rules of the tracking plans were broken in a period, how often, by whom, and how many of these events were refused for it?
SELECT
    found.source_id AS source_id, found.event AS event, found.code AS code, found.place AS path,
    sum(found.observed) AS observed, sum(found.refused) AS refused,
    toUnixTimestamp64Milli(max(found.seen_at)) AS last_at, argMax(found.said, found.seen_at) AS message
FROM
(
    SELECT source_id, event, code, path AS place, n AS observed, 0 AS refused, last_at AS seen_at, message AS said
    FROM plan_violations FINAL
    WHERE hour >= toStartOfHour({from:DateTime64(3, 'UTC')}) AND hour < {to:DateTime64(3, 'UTC')}
    UNION ALL
    SELECT
        source_id, event, code, replaceRegexpAll(path, '/[0-9]+\\b', '/*') AS place, 0 AS observed, count() AS refused,
        max(received_at) AS seen_at, argMax(message, received_at) AS said
    FROM rejected_events
    WHERE received_at >= toStartOfHour({from:DateTime64(3, 'UTC')}) AND received_at < {to:DateTime64(3, 'UTC')} AND code IN {codes:Array(String)}
    GROUP BY source_id, event, code, place
) AS found
WHERE ({source:String} = '' OR found.source_id = {source:String}) AND ({event:String} = '' OR found.event = {event:String})
GROUP BY found.source_id, found.event, found.code, found.place
ORDER BY observed + refused DESC, source_id, event, code, path
LIMIT {limit:UInt32}
