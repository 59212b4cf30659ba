-- What did each source send in a period, by the counts of loaded segments?
SELECT
    source_id,
    sum(received) AS received,
    sum(deduplicated) AS deduplicated,
    sum(rejected) AS rejected,
    sum(suppressed) AS suppressed
FROM ingest_counts
WHERE hour >= {from:DateTime64(3, 'UTC')} AND hour < {to:DateTime64(3, 'UTC')}
  AND segment_id NOT IN {in_doubt:Array(UUID)}
GROUP BY source_id
ORDER BY source_id
