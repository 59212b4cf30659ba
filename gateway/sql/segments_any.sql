-- Has anything been loaded yet?
SELECT count() AS segments
FROM
(
    SELECT segment_id
    FROM ingest_counts
    LIMIT 1
)
