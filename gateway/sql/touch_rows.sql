-- Touches per person's identifier, type, topic and day. A view that starts a visit is `Session Started` instead of `Page Viewed`, besides what else it is.
SELECT
    group_id AS account_hint, person.1 AS node_type, person.2 AS node, touch.1 AS type, touch.2 AS topic, day,
    toUInt32(count()) AS n, min(timestamp) AS first_at, max(timestamp) AS last_at, argMin(message_id, (timestamp, source_id, message_id)) AS first_message_id,
    toUInt64(toUnixTimestamp64Milli(max(person_received_at))) AS version
FROM
(
    SELECT
        group_id, person, day, timestamp, source_id, message_id, person_received_at,
        arrayJoin(arrayConcat(
            arrayMap(name -> (name, touch_topic), arrayFilter(name -> NOT (starts_visit AND name = 'Page Viewed'), touch_names)),
            if(starts_visit, [('Session Started', if(has(touch_names, 'Page Viewed'), touch_topic, ''))], [])
        )) AS touch
    FROM touch_seen
)
GROUP BY account_hint, node_type, node, type, topic, day
