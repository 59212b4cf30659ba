-- What touched these accounts, day by day, by whom and how certainly? An event's own group id outranks every membership.
SELECT
    touches.account_id AS account_id, touches.profile_id AS profile_id, touches.q AS q,
    toUInt8(people.identified) AS identified, toFloat64(people.role) AS role,
    type, topic, toInt32(day) AS day, n,
    toUnixTimestamp64Milli(first_at) AS first_at, toUnixTimestamp64Milli(last_at) AS last_at, first_message_id AS message_id
FROM
(
    SELECT hints.account_id AS account_id, named.profile_id AS profile_id, toFloat64(1) AS q, type, topic, day, n, first_at, last_at, first_message_id
    FROM touch_daily AS seen FINAL
    INNER JOIN score_hints AS hints ON hints.value = seen.account_hint
    INNER JOIN
    (
        SELECT identifier_type, identifier, profile_id
        FROM identity_map FINAL
        WHERE (identifier_type, identifier) IN (SELECT node_type, node FROM touch_daily WHERE account_hint IN (SELECT value FROM score_hints))
    ) AS named ON named.identifier_type = seen.node_type AND named.identifier = seen.node
    WHERE seen.account_hint != '' AND seen.account_hint IN (SELECT value FROM score_hints) AND seen.day <= {through:Date32}
    UNION ALL
    SELECT members.account_id, members.profile_id, members.certainty, type, topic, day, n, first_at, last_at, first_message_id
    FROM touch_daily AS seen FINAL
    INNER JOIN
    (
        SELECT identifier_type, identifier, account_id, profile_id, certainty, span
        FROM identity_map FINAL
        INNER JOIN score_members USING (profile_id)
        WHERE profile_id IN (SELECT profile_id FROM score_members)
    ) AS members ON members.identifier_type = seen.node_type AND members.identifier = seen.node
    WHERE seen.account_hint = ''
      AND (seen.node_type, seen.node) IN
          (SELECT identifier_type, identifier FROM identity_map FINAL WHERE profile_id IN (SELECT profile_id FROM score_members))
      AND seen.day <= {through:Date32} AND seen.day BETWEEN members.span.1 AND members.span.2
) AS touches
INNER JOIN score_people AS people ON people.profile_id = touches.profile_id
