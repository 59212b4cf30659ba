-- Writes identity_edges as kept in stitch_rows.
SELECT
    edge.1 AS left_type, edge.2 AS left, edge.3 AS right_type, edge.4 AS right, edge.5 AS source_id, edge.6 AS trust, edge.7 AS sign, edge.8 AS day,
    first_seen_at, last_seen_at, count, version, is_deleted
FROM stitch_rows
