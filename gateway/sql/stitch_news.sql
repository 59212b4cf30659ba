-- Which events are new, and which are copies of new ones? A copy that came earlier than the one known takes its place, with other contents maybe.
SELECT *, id_hash
FROM events
WHERE received_at >= {received_from:DateTime64(3, 'UTC')} - INTERVAL 30 DAY
  AND id_hash IN
  (
      SELECT id_hash
      FROM events
      WHERE received_at BETWEEN {received_from:DateTime64(3, 'UTC')} AND {received_to:DateTime64(3, 'UTC')}
        AND segment_id IN
        (
            SELECT segment_id
            FROM ingest_counts
            WHERE loaded_at >= {loaded_from:DateTime64(3, 'UTC')} AND loaded_at < {loaded_to:DateTime64(3, 'UTC')}
        )
  )
