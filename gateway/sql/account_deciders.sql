-- Which people of these accounts decide, by their titles, and how many of each account are they?
WITH
    members AS
    (
        SELECT DISTINCT account_id, profile_id
        FROM memberships FINAL
        WHERE account_id IN {account_ids:Array(String)} AND valid_to > {now:DateTime64(3, 'UTC')}
    ),
    identifiers AS
    (
        SELECT profile_id, identifier_type, identifier
        FROM identity_map FINAL
        WHERE profile_id IN (SELECT profile_id FROM members)
    )
SELECT account_id, uniqExact(profile_id) AS deciders, arraySlice(arraySort(groupUniqArray(profile_id)), 1, {most:UInt8}) AS profile_ids
FROM members
WHERE profile_id IN
(
    SELECT profile_id
    FROM identifiers
    WHERE (identifier_type, identifier) IN
    (
        SELECT identifier_type, identifier
        FROM identifier_traits FINAL
        WHERE name IN ('title', 'jobTitle') AND match(value, {titles:String})
          AND (identifier_type, identifier) IN (SELECT identifier_type, identifier FROM identifiers)
    )
)
GROUP BY account_id
