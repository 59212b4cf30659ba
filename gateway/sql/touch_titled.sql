-- Accounts of the people whom new events gave a title.
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
