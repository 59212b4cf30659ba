-- When did each source last send anything, whatever became of it? (Narrow columns of a table of counts, so no bound.)
-- The span of received_at is the segment's, the hour is the source's own: together they are right to a segment, and never off by an hour.
SELECT source_id, toUnixTimestamp64Milli(max(least(counts.last_received_at, toDateTime64(counts.hour, 3, 'UTC') + INTERVAL 1 HOUR))) AS last_received_at
FROM ingest_counts AS counts
GROUP BY source_id
ORDER BY source_id
