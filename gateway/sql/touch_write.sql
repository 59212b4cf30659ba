-- Writes touch_daily for the people and days at hand: new and changed rows, and tombstones for keys that vanished.
-- version = latest received_at of the person's events that day, and never less than that of any row it replaces, tombstones among them.
SELECT
    account_hint, node_type, node, type, topic, day,
    sumIf(row_n, told = 'new') AS n, anyIf(row_first_at, told = 'new') AS first_at, anyIf(row_last_at, told = 'new') AS last_at,
    anyIf(row_message_id, told = 'new') AS first_message_id, max(row_version) AS version, countIf(told = 'new') = 0 AS is_deleted
FROM
(
    SELECT
        account_hint, node_type, node, type, topic, day, n AS row_n, first_at AS row_first_at, last_at AS row_last_at,
        first_message_id AS row_message_id, version AS row_version, 'new' AS told
    FROM touch_rows
    UNION ALL
    SELECT account_hint, node_type, node, type, topic, day, n, first_at, last_at, first_message_id, version, 'stored'
    FROM touch_daily FINAL
    WHERE day IN {days:Array(Date32)} AND (node_type, node) IN (SELECT person.1, person.2 FROM touch_nodes)
    UNION ALL
    SELECT account_hint, node_type, node, type, topic, day, 0, first_at, last_at, '', version, 'buried'
    FROM touch_daily
    WHERE is_deleted = 1 AND day IN {days:Array(Date32)} AND (node_type, node) IN (SELECT person.1, person.2 FROM touch_nodes)
)
GROUP BY account_hint, node_type, node, type, topic, day
HAVING countIf(told != 'buried') > 0
    AND (n, first_at, last_at, first_message_id, maxIf(row_version, told = 'new'))
    != (sumIf(row_n, told = 'stored'), anyIf(row_first_at, told = 'stored'), anyIf(row_last_at, told = 'stored'), anyIf(row_message_id, told = 'stored'), maxIf(row_version, told = 'stored'))
