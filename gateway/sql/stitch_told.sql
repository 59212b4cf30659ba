-- What happened on these days?
SELECT type, user_id, anonymous_id, group_id, properties, traits, source_id, trust, timestamp, received_at
FROM events_unique(from = {events_from:DateTime64(3, 'UTC')}, to = toDateTime64('2299-12-31 00:00:00', 3, 'UTC'))
WHERE toDate(timestamp) IN {days:Array(Date)}
