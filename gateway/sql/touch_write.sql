-- Writes touch_daily for the people and days at hand: new and changed rows, and tombstones for keys that vanished.
-- version = latest received_at of any copy of the person's events that day: it never falls, whichever copy counts.
SELECT
    account_hint, node_type, node, type, topic, day,
    sumIf(row_n, is_new) AS n, anyIf(row_first_at, is_new) AS first_at, anyIf(row_last_at, is_new) AS last_at,
    anyIf(row_message_id, is_new) AS first_message_id, max(row_version) AS version, max(is_new) = 0 AS is_deleted
FROM
(
    SELECT
        account_hint, node_type, node, type, topic, day, n AS row_n, first_at AS row_first_at, last_at AS row_last_at,
        first_message_id AS row_message_id, seen.version AS row_version, true AS is_new
    FROM touch_rows
    INNER JOIN
    (
        SELECT
            if(user_id != '', ('user_id', user_id), ('anonymous_id', anonymous_id)) AS person, toDate32(timestamp) AS day,
            toUInt64(toUnixTimestamp64Milli(max(received_at))) AS version
        FROM events
        WHERE received_at >= {events_from:DateTime64(3, 'UTC')}
          AND toDate(timestamp) BETWEEN toDate({first_day:Date32}) AND toDate({last_day:Date32})
          AND is_bot = 0 AND person IN (SELECT person FROM touch_nodes)
        GROUP BY person, day
    ) AS seen ON seen.person.1 = touch_rows.node_type AND seen.person.2 = touch_rows.node AND seen.day = touch_rows.day
    UNION ALL
    SELECT account_hint, node_type, node, type, topic, day, n, first_at, last_at, first_message_id, version, false
    FROM touch_daily FINAL
    WHERE day IN {days:Array(Date32)} AND (node_type, node) IN (SELECT person.1, person.2 FROM touch_nodes)
)
GROUP BY account_hint, node_type, node, type, topic, day
HAVING (sumIf(row_n, is_new), anyIf(row_first_at, is_new), anyIf(row_last_at, is_new), anyIf(row_message_id, is_new), maxIf(row_version, is_new))
    != (sumIf(row_n, NOT is_new), anyIf(row_first_at, NOT is_new), anyIf(row_last_at, NOT is_new), anyIf(row_message_id, NOT is_new), maxIf(row_version, NOT is_new))
