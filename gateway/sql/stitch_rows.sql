-- What should identity_edges say of these edges? Counted over all events of their days; without any, the row is a tombstone.
-- version = latest received_at of the evidence, and never less than that of the rows it replaces, tombstones among them.
SELECT
    edge, minIf(timestamp, events > 0) AS first_seen_at, maxIf(timestamp, events > 0) AS last_seen_at, sum(events) AS count,
    max(row_version) AS version, count = 0 AS is_deleted
FROM
(
    SELECT edge, timestamp, toUInt64(1) AS events, toUInt64(toUnixTimestamp64Milli(received_at)) AS row_version
    FROM stitch_pairs
    WHERE edge IN (SELECT edge FROM stitch_edges)
    UNION ALL
    SELECT (toString(left_type), left, toString(right_type), right, toString(source_id), toString(trust), toString(sign), day) AS edge, first_seen_at, 0, version
    FROM identity_edges
    WHERE (left_type, left) IN (SELECT edge.1, edge.2 FROM stitch_edges) AND day IN {days:Array(Date)} AND edge IN (SELECT edge FROM stitch_edges)
)
GROUP BY edge
