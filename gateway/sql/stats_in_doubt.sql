-- Which of these segments have rows in the tables, loaded whole or in part?
SELECT DISTINCT toString(segment_id) AS segment_id
FROM
(
    SELECT segment_id
    FROM events
    WHERE segment_id IN {segments:Array(UUID)} AND received_at >= {from:DateTime64(3, 'UTC')}
    UNION ALL
    SELECT segment_id
    FROM ingest_counts
    WHERE segment_id IN {segments:Array(UUID)} AND hour >= toStartOfHour({from:DateTime64(3, 'UTC')})
)
