-- When did each source last send anything, whatever became of it? (Four narrow columns of a table of counts, so no bound.)
SELECT source_id, toUnixTimestamp64Milli(max(last_received_at)) AS last_received_at
FROM ingest_counts
GROUP BY source_id
ORDER BY source_id
