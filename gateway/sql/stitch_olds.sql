-- Which events that are not new are copies of new ones? A new one that came earlier takes their place, with other contents maybe.
SELECT segment_id, segment_index
FROM events
WHERE received_at >= {received_from:DateTime64(3, 'UTC')} - INTERVAL 30 DAY
  AND sipHash64(source_id, message_id) IN
  (
      SELECT sipHash64(source_id, message_id)
      FROM events
      WHERE received_at BETWEEN {received_from:DateTime64(3, 'UTC')} AND {received_to:DateTime64(3, 'UTC')}
        AND segment_id IN
        (
            SELECT segment_id
            FROM ingest_counts
            WHERE loaded_at >= {loaded_from:DateTime64(3, 'UTC')} AND loaded_at < {loaded_to:DateTime64(3, 'UTC')}
        )
  )
  AND segment_id NOT IN
  (
      SELECT segment_id
      FROM ingest_counts
      WHERE loaded_at >= {loaded_from:DateTime64(3, 'UTC')} AND loaded_at < {loaded_to:DateTime64(3, 'UTC')}
  )
