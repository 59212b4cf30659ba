-- What touched these accounts, by whom and how certainly? An event's own group id outranks every membership.
SELECT
    hints.account_id AS account_id, people.profile_id AS profile_id, toFloat64(1) AS q, touches.type AS type, touches.topic AS topic, touches.day AS day, n,
    first_at, last_at, first_message_id
FROM touch_daily AS touches FINAL
INNER JOIN score_hints AS hints ON hints.value = touches.account_hint
INNER JOIN
(
    SELECT identifier_type, identifier, profile_id
    FROM identity_map FINAL
    WHERE (identifier_type, identifier) IN (SELECT node_type, node FROM touch_daily WHERE account_hint IN (SELECT value FROM score_hints))
) AS people ON people.identifier_type = touches.node_type AND people.identifier = touches.node
WHERE touches.account_hint != '' AND touches.account_hint IN (SELECT value FROM score_hints)
  AND touches.day BETWEEN {since:Date32} AND {through:Date32}
UNION ALL
SELECT members.account_id, members.profile_id, members.certainty, touches.type, touches.topic, touches.day, n, first_at, last_at, first_message_id
FROM touch_daily AS touches FINAL
INNER JOIN
(
    SELECT identifier_type, identifier, account_id, profile_id, certainty, span
    FROM identity_map FINAL
    INNER JOIN score_members USING (profile_id)
    WHERE profile_id IN (SELECT profile_id FROM score_members)
) AS members ON members.identifier_type = touches.node_type AND members.identifier = touches.node
WHERE touches.account_hint = ''
  AND (touches.node_type, touches.node) IN
      (SELECT identifier_type, identifier FROM identity_map FINAL WHERE profile_id IN (SELECT profile_id FROM score_members))
  AND touches.day BETWEEN {since:Date32} AND {through:Date32}
  AND touches.day BETWEEN members.span.1 AND members.span.2
