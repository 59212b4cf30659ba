-- Who belongs to an account now, how well is each known, and when was each seen? Most recently active first.
WITH
    members AS
    (
        SELECT
            profile_id,
            argMax(rule, (certainty, -toUnixTimestamp64Milli(valid_from))) AS strongest_rule,
            max(certainty) AS strongest,
            argMax(toUnixTimestamp64Milli(valid_from), (certainty, -toUnixTimestamp64Milli(valid_from))) AS since
        FROM memberships FINAL
        WHERE account_id = {account_id:String} AND valid_to > {now:DateTime64(3, 'UTC')}
        GROUP BY profile_id
    ),
    identifiers AS
    (
        SELECT profile_id, identifier_type, identifier
        FROM identity_map FINAL
        WHERE profile_id IN (SELECT profile_id FROM members)
    )
SELECT
    m.profile_id AS profile_id, toString(m.strongest_rule) AS rule, m.strongest AS certainty, m.since AS since,
    multiIf(p.decides, 'decisionMaker', p.identified, 'known', 'anonymous') AS role,
    -- Names of a person before those of devices.
    arrayMap(
        known -> (toString(known.1), known.2),
        arraySlice(arraySort(known -> (indexOf(['user_id', 'email'], known.1) = 0, known.1 = 'email', known.2), p.all), 1, {most_identifiers:UInt8})
    ) AS identifiers,
    p.first_at AS first_seen_at, p.last_at AS last_seen_at
FROM members AS m
LEFT JOIN
(
    SELECT
        i.profile_id AS profile_id,
        groupArray((i.identifier_type, i.identifier)) AS all,
        max(i.identifier_type IN ('user_id', 'email')) AS identified,
        max(titles.identifier != '') AS decides,
        minIf(s.first_at, s.last_at > 0) AS first_at,
        max(s.last_at) AS last_at
    FROM identifiers AS i
    LEFT JOIN
    (
        SELECT
            left_type, left,
            toUnixTimestamp64Milli(min(edge.first_seen_at)) AS first_at,
            toUnixTimestamp64Milli(max(edge.last_seen_at)) AS last_at
        FROM identity_edges AS edge FINAL
        WHERE (left_type, left) IN (SELECT identifier_type, identifier FROM identifiers) AND right = '' AND sign = '+'
        GROUP BY left_type, left
    ) AS s ON s.left_type = i.identifier_type AND s.left = i.identifier
    LEFT JOIN
    (
        SELECT DISTINCT identifier_type, identifier
        FROM identifier_traits FINAL
        WHERE name IN ('title', 'jobTitle') AND match(value, {titles:String})
          AND (identifier_type, identifier) IN (SELECT identifier_type, identifier FROM identifiers)
    ) AS titles ON titles.identifier_type = i.identifier_type AND titles.identifier = i.identifier
    GROUP BY i.profile_id
) AS p ON p.profile_id = m.profile_id
ORDER BY last_seen_at DESC, m.profile_id
LIMIT {limit:UInt32}
