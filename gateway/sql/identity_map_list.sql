-- Which profile has each of these identifiers? `everything` leaves the filter out.
SELECT identifier_type, identifier, profile_id
FROM identity_map FINAL
WHERE {everything:UInt8} OR (identifier_type, identifier) IN arrayZip({types:Array(String)}, {values:Array(String)})
