-- Writes identity_edges: the links cut by undos since the last run, with all undos of the same day.
SELECT
    left_type, left, right_type, right, '' AS source_id, '' AS trust, 'cut' AS sign, toDate(undone_at) AS day,
    min(undone_at) AS first_seen_at, max(undone_at) AS last_seen_at, count() AS count,
    toUInt64(toUnixTimestamp64Milli(last_seen_at)) AS version, 0 AS is_deleted
FROM identity_undos
WHERE toUnixTimestamp64Milli(undone_at) <= {through:Int64}
  AND (left_type, left, right_type, right) IN
  (
      SELECT left_type, left, right_type, right
      FROM identity_undos
      WHERE toUnixTimestamp64Milli(undone_at) > {after:Int64} AND toUnixTimestamp64Milli(undone_at) <= {through:Int64}
  )
GROUP BY left_type, left, right_type, right, day
