-- Writes dirty_accounts: accounts of the people whose touches may change, by the events' own group ids and by membership.
-- The row without an account says from which day on the workspace's season may change.
SELECT account_id, min(from_day) AS from_day, {run:UInt64} AS run
FROM
(
    SELECT '' AS account_id, {first_day:Date32} AS from_day
    UNION ALL
    SELECT account_keys.account_id, hints.day
    FROM
    (
        SELECT account_hint, min(day) AS day
        FROM
        (
            SELECT group_id AS account_hint, day FROM touch_seen
            UNION ALL
            SELECT account_hint, day FROM touch_daily FINAL
            WHERE day IN {days:Array(Date32)} AND (node_type, node) IN (SELECT person.1, person.2 FROM touch_nodes)
        )
        WHERE account_hint != ''
        GROUP BY account_hint
    ) AS hints
    INNER JOIN (SELECT value, account_id FROM account_keys FINAL WHERE kind = 'group_id') AS account_keys ON account_keys.value = hints.account_hint
    UNION ALL
    SELECT account_id, {first_day:Date32}
    FROM memberships FINAL
    WHERE profile_id IN
    (
        SELECT profile_id FROM identity_map FINAL WHERE (identifier_type, identifier) IN (SELECT person.1, person.2 FROM touch_nodes)
    )
)
GROUP BY account_id
