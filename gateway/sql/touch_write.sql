-- Writes touch_daily for the people and days at hand: new and changed rows, and tombstones for keys that vanished.
-- version = latest received_at of the person's events that day, and never less than that of the row it replaces.
SELECT
    account_hint, node_type, node, type, topic, day,
    sumIf(row_n, is_new) AS n, anyIf(row_first_at, is_new) AS first_at, anyIf(row_last_at, is_new) AS last_at,
    anyIf(row_message_id, is_new) AS first_message_id, max(row_version) AS version, max(is_new) = 0 AS is_deleted
FROM
(
    SELECT
        account_hint, node_type, node, type, topic, day, n AS row_n, first_at AS row_first_at, last_at AS row_last_at,
        first_message_id AS row_message_id, version AS row_version, true AS is_new
    FROM touch_rows
    UNION ALL
    SELECT account_hint, node_type, node, type, topic, day, n, first_at, last_at, first_message_id, version, false
    FROM touch_daily FINAL
    WHERE day IN {days:Array(Date32)} AND (node_type, node) IN (SELECT person.1, person.2 FROM touch_nodes)
)
GROUP BY account_hint, node_type, node, type, topic, day
HAVING (sumIf(row_n, is_new), anyIf(row_first_at, is_new), anyIf(row_last_at, is_new), anyIf(row_message_id, is_new), maxIf(row_version, is_new))
    != (sumIf(row_n, NOT is_new), anyIf(row_first_at, NOT is_new), anyIf(row_last_at, NOT is_new), anyIf(row_message_id, NOT is_new), maxIf(row_version, NOT is_new))
