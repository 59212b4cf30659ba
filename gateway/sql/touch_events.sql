-- What happened on every device of those people on these days, and in the session gap before?
SELECT
    source_id, trust, type AS call, event, path, referrer, campaign_term, properties, message_id, session_id, group_id, timestamp, received_at,
    toDate32(timestamp) AS day,
    if(anonymous_id != '', ('anonymous_id', anonymous_id), ('user_id', user_id)) AS device,
    if(user_id != '', ('user_id', user_id), ('anonymous_id', anonymous_id)) AS person
FROM events_unique(from = {events_from:DateTime64(3, 'UTC')}, to = toDateTime64('2299-12-31 00:00:00', 3, 'UTC'))
WHERE toDate(timestamp) BETWEEN toDate({first_day:Date32}) - 1 AND toDate({last_day:Date32})
  AND timestamp >= toDateTime64({first_day:Date32}, 3, 'UTC') - toIntervalMinute({gap_minutes:UInt32})
  AND is_bot = 0
  AND device IN
  (
      SELECT if(anonymous_id != '', ('anonymous_id', anonymous_id), ('user_id', user_id))
      FROM events
      WHERE received_at >= {events_from:DateTime64(3, 'UTC')}
        AND toDate(timestamp) BETWEEN toDate({first_day:Date32}) - 1 AND toDate({last_day:Date32})
        AND is_bot = 0
        AND if(user_id != '', ('user_id', user_id), ('anonymous_id', anonymous_id)) IN (SELECT person FROM touch_nodes)
  )
