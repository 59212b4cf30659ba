-- Which identifiers make up these profiles? `everything` leaves the filter out.
SELECT identifier_type, identifier, profile_id
FROM identity_map FINAL
WHERE {everything:UInt8} OR profile_id IN {values:Array(String)}
ORDER BY identifier_type, identifier
