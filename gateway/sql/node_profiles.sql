-- To which profiles do these identifiers belong?
SELECT identifier_type, identifier, profile_id
FROM identity_map FINAL
WHERE (identifier_type, identifier) IN (SELECT pair.1, pair.2 FROM (SELECT arrayJoin(arrayZip({types:Array(String)}, {identifiers:Array(String)})) AS pair))
