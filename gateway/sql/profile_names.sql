-- What are these people called? The traits that name a person, of all their identifiers, and their own identifiers where they have no such trait.
SELECT
    i.profile_id AS profile_id,
    argMaxIf(t.text, t.rank, t.name = 'name') AS name,
    argMaxIf(t.text, t.rank, t.name IN ('firstName', 'first_name')) AS first_name,
    argMaxIf(t.text, t.rank, t.name IN ('lastName', 'last_name')) AS last_name,
    argMaxIf(t.text, t.rank, t.name IN ('title', 'jobTitle')) AS title,
    minIf(i.identifier, i.identifier_type = 'email') AS email,
    minIf(i.identifier, i.identifier_type = 'user_id') AS user_id
FROM
(
    SELECT identifier_type, identifier, profile_id
    FROM identity_map FINAL
    WHERE profile_id IN {profile_ids:Array(String)}
) AS i
LEFT JOIN
(
    SELECT identifier_type, identifier, name, JSONExtractString(value) AS text, rank
    FROM identifier_traits FINAL
    WHERE name IN ('name', 'firstName', 'first_name', 'lastName', 'last_name', 'title', 'jobTitle')
      AND (identifier_type, identifier) IN (SELECT identifier_type, identifier FROM identity_map FINAL WHERE profile_id IN {profile_ids:Array(String)})
) AS t ON t.identifier_type = i.identifier_type AND t.identifier = i.identifier
GROUP BY i.profile_id
