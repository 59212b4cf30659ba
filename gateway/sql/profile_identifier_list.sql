-- Which identifiers make up these profiles? `everything` leaves the filter out.
SELECT profile_id, identifier_type, identifier
FROM identity_map FINAL
WHERE {everything:UInt8} OR profile_id IN {values:Array(String)}
