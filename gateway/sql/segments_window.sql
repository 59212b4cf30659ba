-- Which segments became visible since a point, and what span of received_at do they hold?
SELECT
    toString(segment_id) AS segment_id,
    toUnixTimestamp64Milli(min(loaded_at)) AS loaded_at,
    toUnixTimestamp64Milli(min(first_received_at)) AS first_received_at,
    toUnixTimestamp64Milli(max(last_received_at)) AS last_received_at
FROM ingest_counts
WHERE loaded_at >= {loaded_from:DateTime64(3, 'UTC')}
GROUP BY segment_id
ORDER BY loaded_at, segment_id
