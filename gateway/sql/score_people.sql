-- How well is each person known who may have touched these accounts, and what is their role worth?
SELECT
    profile_id,
    CAST(max(identifier_type IN ('user_id', 'email')), 'UInt8') AS identified,
    multiIf(max(titles.identifier != ''), {role_decision_maker:Float64}, identified, {role_known:Float64}, {role_anonymous:Float64}) AS role
FROM identity_map AS map FINAL
LEFT JOIN
(
    SELECT DISTINCT identifier_type, identifier
    FROM identifier_traits FINAL
    WHERE name IN ('title', 'jobTitle') AND match(value, {titles:String})
) AS titles ON titles.identifier_type = map.identifier_type AND titles.identifier = map.identifier
WHERE profile_id IN
(
    SELECT profile_id FROM score_members
    UNION DISTINCT
    SELECT profile_id
    FROM identity_map FINAL
    WHERE (identifier_type, identifier) IN (SELECT node_type, node FROM touch_daily WHERE account_hint IN (SELECT value FROM score_hints))
)
GROUP BY profile_id
