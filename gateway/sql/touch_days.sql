-- On which days may touches have changed? Days of new events and of their copies, and the day after one that is within a session gap of midnight.
SELECT DISTINCT toDate32(arrayJoin([timestamp, timestamp + toIntervalMinute({gap_minutes:UInt32})])) AS day
FROM events
WHERE received_at BETWEEN {received_from:DateTime64(3, 'UTC')} - INTERVAL 30 DAY AND {received_to:DateTime64(3, 'UTC')} + INTERVAL 30 DAY
  AND is_bot = 0
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
ORDER BY day
