-- What touched these accounts, day by day, by whom and how certainly, and which message told of it first?
SELECT
    touches.account_id AS account_id, touches.profile_id AS profile_id, touches.q AS q,
    toUInt8(people.identified) AS identified, toFloat64(people.role) AS role,
    touches.type AS type, touches.topic AS topic, toInt32(touches.day) AS day, touches.n AS n,
    toUnixTimestamp64Milli(touches.first_at) AS first_at, toUnixTimestamp64Milli(touches.last_at) AS last_at, touches.first_message_id AS message_id
FROM score_touches AS touches
INNER JOIN score_people AS people ON people.profile_id = touches.profile_id
