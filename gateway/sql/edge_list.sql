-- What is known of these identifiers: when each was seen (right side empty), and with whom? Asked by one side of the pair; `everything` leaves the filter out.
-- Of evidence that joins, the best trust decides: a browser cannot make a server's link look older.
SELECT
    left_type, left, right_type, right,
    toUInt8(max(cuts) > 0) AS is_cut,
    toUInt8(sum(joining) > 0) AS joins,
    argMaxIf(trust, is_server, joining > 0) AS joined_trust,
    argMaxIf(joined_from, is_server, joining > 0) AS joined_at,
    argMaxIf(joined_on, is_server, joining > 0) AS joined_days,
    minIf(seen_from, sightings > 0) AS first_seen_at,
    maxIf(seen_to, sightings > 0) AS last_seen_at
FROM
(
    SELECT
        left_type, left, right_type, right, toString(trust) AS trust, trust = 'server' AS is_server,
        countIf(sign = 'cut') AS cuts,
        countIf(sign = '+') AS joining,
        countIf(sign != 'cut') AS sightings,
        toUnixTimestamp64Milli(minIf(first_seen_at, sign = '+')) AS joined_from,
        arraySort(groupUniqArrayIf(toUInt16(day), sign = '+' AND left_type = 'user_id' AND right_type = 'anonymous_id')) AS joined_on,
        -- An undo is no sighting.
        toUnixTimestamp64Milli(minIf(edge.first_seen_at, sign != 'cut')) AS seen_from,
        toUnixTimestamp64Milli(maxIf(edge.last_seen_at, sign != 'cut')) AS seen_to
    FROM identity_edges AS edge FINAL
    WHERE {everything:UInt8}
        OR ({side:String} = 'left' AND (left_type, left) IN arrayZip({types:Array(String)}, {values:Array(String)}))
        OR ({side:String} = 'right' AND (right_type, right) IN arrayZip({types:Array(String)}, {values:Array(String)}))
    GROUP BY left_type, left, right_type, right, trust
)
GROUP BY left_type, left, right_type, right
