-- Writes dirty_accounts: accounts of the people whom new events gave a title. It changes their role, and with it every day.
SELECT account_id, toDate32('1970-01-02') AS from_day, {run:UInt64} AS run
FROM
(
    SELECT account_id
    FROM memberships FINAL
    WHERE profile_id IN (SELECT profile_id FROM touch_titled_people)
    UNION DISTINCT
    SELECT account_id
    FROM account_keys FINAL
    WHERE kind = 'group_id' AND value IN
    (
        SELECT account_hint
        FROM touch_daily FINAL
        WHERE account_hint != '' AND (node_type, node) IN
        (
            SELECT identifier_type, identifier FROM identity_map FINAL WHERE profile_id IN (SELECT profile_id FROM touch_titled_people)
        )
    )
)
