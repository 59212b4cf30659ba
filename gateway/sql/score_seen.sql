-- What touched this account, by whom and how certainly, in numbers?
SELECT profile_id, q, type, topic, toInt32(score_touches.day) AS day, n, toUnixTimestamp64Milli(score_touches.last_at) AS last_at
FROM score_touches
