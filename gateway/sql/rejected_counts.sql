-- How many events were rejected since a moment and not replayed, by source and code, most first, and what was said of the newest?
SELECT source_id, code, count() AS n, toUnixTimestamp64Milli(max(received_at)) AS last_at, argMax(message, received_at) AS message
FROM rejected_events
WHERE received_at >= {since:DateTime64(3, 'UTC')}
  AND (segment_id, segment_index) NOT IN
  (
      SELECT segment_id, segment_index
      FROM rejected_replays
      WHERE received_at >= {since:DateTime64(3, 'UTC')}
  )
GROUP BY source_id, code
ORDER BY n DESC, source_id, code
LIMIT 100
