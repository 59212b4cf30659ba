-- Which segments became visible since a point, and what span of received_at do they hold?
SELECT
    toString(segment_id) AS segment_id,
    toUnixTimestamp64Milli(min(counts.loaded_at)) AS loaded_at,
    toUnixTimestamp64Milli(min(counts.first_received_at)) AS first_received_at,
    toUnixTimestamp64Milli(max(counts.last_received_at)) AS last_received_at
FROM ingest_counts AS counts
WHERE counts.loaded_at >= {loaded_from:DateTime64(3, 'UTC')}
GROUP BY counts.segment_id
ORDER BY loaded_at, segment_id
