-- What is each day of a person's touches of a type worth before decay? The daily cap is for the whole day of the type;
-- topics and certainties share what it leaves in proportion to their counts. category_no: 1 weightless, 2 negative, then the model's.
SELECT
    account_id, from_day, profile_id, identified, role, type, topic, category_no, day, n, last_at,
    q * weight * (n * least(day_n, cap) / day_n) AS worth,
    is_activity AND row_number() OVER (PARTITION BY account_id, profile_id, day, is_activity ORDER BY type, topic, q) = 1 AS is_person_day
FROM
(
    SELECT *, toFloat64(sum(n) OVER (PARTITION BY account_id, profile_id, type, day)) AS day_n
    FROM
    (
        SELECT
            touches.account_id AS account_id, profile_id, toString(touches.type) AS type, toString(touches.topic) AS topic, q, toInt32(touches.day) AS day,
            any(dirty.from_day) AS from_day, any(people.identified) AS identified, any(people.role) AS role,
            sum(touches.n) AS n, max(touches.last_at) AS last_at,
            CAST(transform(type, {types:Array(String)}, {type_nos:Array(UInt32)}, 1), 'UInt32') AS type_no,
            {categories:Array(UInt8)}[type_no] AS category_no,
            {weights:Array(Float64)}[type_no] AS weight,
            {caps:Array(Float64)}[type_no] AS cap,
            {activities:Array(UInt8)}[type_no] = 1 AS is_activity
        FROM score_touches AS touches
        INNER JOIN score_people AS people USING (profile_id)
        INNER JOIN score_dirty AS dirty ON dirty.account_id = touches.account_id
        GROUP BY account_id, profile_id, type, topic, q, day
    )
)
