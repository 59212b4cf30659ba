-- Which rows of these segments are already in, or were erased since, by their index?
SELECT
    toString(segment_id) AS segment,
    groupArrayIf(segment_index, place = 'events') AS events,
    groupArrayIf(segment_index, place = 'rejected') AS rejected,
    groupArrayIf(segment_index, place = 'counts') AS counts
FROM
(
    SELECT 'events' AS place, segment_id, segment_index
    FROM events
    WHERE segment_id IN {segments:Array(UUID)} AND received_at >= {from:DateTime64(3, 'UTC')}
    UNION ALL
    SELECT 'events' AS place, segment_id, segment_index
    FROM removed_events
    WHERE segment_id IN {segments:Array(UUID)} AND hour >= toStartOfHour({from:DateTime64(3, 'UTC')})
    UNION ALL
    SELECT 'rejected' AS place, segment_id, segment_index
    FROM rejected_events
    WHERE segment_id IN {segments:Array(UUID)} AND received_at >= {from:DateTime64(3, 'UTC')}
    UNION ALL
    SELECT 'counts' AS place, segment_id, segment_index
    FROM ingest_counts
    WHERE segment_id IN {segments:Array(UUID)} AND hour >= toStartOfHour({from:DateTime64(3, 'UTC')})
)
GROUP BY segment_id
