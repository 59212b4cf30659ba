-- What touched these accounts, day by day, by whom and how certainly? An event's own group id outranks every membership.
WITH
    members AS
    (
        SELECT profile_id, account_id, certainty, arrayJoin(primary_spans) AS span
        FROM memberships FINAL
        WHERE account_id IN {accounts:Array(String)}
    ),
    hints AS
    (
        SELECT value, account_id FROM account_keys FINAL WHERE kind = 'group_id' AND account_id IN {accounts:Array(String)}
    ),
    seen AS
    (
        SELECT account_hint, node_type, node, type, topic, day, n, first_at, last_at, first_message_id
        FROM touch_daily FINAL
        WHERE day <= {through:Date32}
          AND (account_hint IN (SELECT value FROM hints)
               OR (account_hint = '' AND (node_type, node) IN
                   (SELECT identifier_type, identifier FROM identity_map FINAL WHERE profile_id IN (SELECT profile_id FROM members))))
    ),
    people AS
    (
        SELECT identifier_type, identifier, profile_id
        FROM identity_map FINAL
        WHERE (identifier_type, identifier) IN (SELECT node_type, node FROM seen)
    ),
    placed AS
    (
        SELECT hints.account_id AS account, people.profile_id AS person, toFloat64(1) AS certainty, seen.*
        FROM seen
        INNER JOIN hints ON hints.value = seen.account_hint
        INNER JOIN people ON people.identifier_type = seen.node_type AND people.identifier = seen.node
        UNION ALL
        SELECT members.account_id, people.profile_id, members.certainty, seen.*
        FROM seen
        INNER JOIN people ON people.identifier_type = seen.node_type AND people.identifier = seen.node
        INNER JOIN members ON members.profile_id = people.profile_id
        WHERE seen.account_hint = '' AND seen.day BETWEEN members.span.1 AND members.span.2
    ),
    known AS
    (
        SELECT profile_id, max(identifier_type IN ('user_id', 'email')) AS is_identified, max(title.identifier != '') AS is_decision_maker
        FROM identity_map AS map FINAL
        LEFT JOIN
        (
            SELECT DISTINCT identifier_type, identifier
            FROM identifier_traits FINAL
            WHERE name IN ('title', 'jobTitle') AND match(value, {titles:String})
        ) AS title ON title.identifier_type = map.identifier_type AND title.identifier = map.identifier
        WHERE profile_id IN (SELECT person FROM placed)
        GROUP BY profile_id
    )
SELECT
    account AS account_id, person AS profile_id, certainty AS q, is_identified AS identified, is_decision_maker AS decision_maker,
    type, topic, toInt32(toRelativeDayNum(day)) AS day, n,
    toUnixTimestamp64Milli(first_at) AS first_at, toUnixTimestamp64Milli(last_at) AS last_at, first_message_id AS message_id
FROM placed
INNER JOIN known ON known.profile_id = placed.person
