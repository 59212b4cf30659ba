-- When did each source last send anything, whatever became of it? Days that were counted tell it themselves; of the counts only those of
-- other days are read, and what was loaded lately: it may belong to a day that was counted before.
SELECT last.source_id AS source_id, toUnixTimestamp64Milli(max(last.at)) AS last_received_at
FROM
(
    SELECT source_id, last_received_at AS at
    FROM ingest_days
    WHERE source_id != ''
    UNION ALL
    -- The span of received_at is the segment's, the hour is the source's own: together they are right to a segment, and never off by an hour.
    SELECT source_id, least(last_received_at, toDateTime64(hour, 3, 'UTC') + INTERVAL 1 HOUR) AS at
    FROM ingest_counts
    WHERE toDate(hour) NOT IN (SELECT day FROM ingest_days WHERE source_id = '') OR loaded_at >= {lately:DateTime64(3, 'UTC')}
) AS last
GROUP BY last.source_id
ORDER BY source_id
