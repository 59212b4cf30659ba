-- Which devices have new events, or copies of new events, and on which days may their touches have changed, the day after midnight within
-- a session gap included? A copy that came earlier than the one known takes its place, maybe on another day.
-- A device is its anonymous id; without one, the user stands for it.
SELECT
    if(anonymous_id != '', ('anonymous_id', anonymous_id), ('user_id', user_id)) AS device,
    arrayJoin(arrayDistinct([toDate32(timestamp), toDate32(timestamp + toIntervalMinute({gap_minutes:UInt32}))])) AS day,
    count() AS events
FROM events
WHERE received_at BETWEEN {received_from:DateTime64(3, 'UTC')} - INTERVAL 30 DAY AND {received_to:DateTime64(3, 'UTC')} + INTERVAL 30 DAY
  AND is_bot = 0
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
GROUP BY device, day
