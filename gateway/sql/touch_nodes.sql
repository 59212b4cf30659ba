-- Whose touches may have changed on these days? Everyone on a device with new events: a session that starts earlier takes the start from another.
SELECT DISTINCT if(user_id != '', ('user_id', user_id), ('anonymous_id', anonymous_id)) AS person
FROM events
WHERE received_at >= {events_from:DateTime64(3, 'UTC')}
  AND toDate(timestamp) BETWEEN toDate({first_day:Date32}) - 1 AND toDate({last_day:Date32})
  AND is_bot = 0
  AND if(anonymous_id != '', ('anonymous_id', anonymous_id), ('user_id', user_id)) IN (SELECT device FROM touch_fresh)
