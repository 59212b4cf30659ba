-- What was said last of these people or groups? rank orders what several of them say: the higher one counts. `everything` leaves the filter out.
SELECT
    identifier_type, identifier, name, value, source_id, trust,
    toUnixTimestamp64Milli(set_at) AS set_at, toString(identifier_traits.rank) AS rank
FROM identifier_traits FINAL
WHERE {everything:UInt8} OR (identifier_type, identifier) IN arrayZip({types:Array(String)}, {values:Array(String)})
