-- Which days of a period were counted, with how many entries in their account then, and what became of the events of each source?
SELECT
    toUnixTimestamp(toDateTime(days.day, 'UTC')) * 1000 AS day,
    source_id, entries, received, deduplicated, rejected, suppressed, stored, version,
    toUnixTimestamp64Milli(days.last_received_at) AS last_received_at
FROM ingest_days AS days FINAL
WHERE toDateTime64(days.day, 3, 'UTC') >= {from:DateTime64(3, 'UTC')} AND toDateTime64(days.day, 3, 'UTC') < {to:DateTime64(3, 'UTC')}
ORDER BY days.day, days.source_id
