-- When was an e-mail address of each of these domains, or of a host below them, first seen? `everything` gives all hosts.
SELECT left AS host, toUnixTimestamp64Milli(min(first_seen_at)) AS first_seen_at
FROM identity_edges FINAL
WHERE left_type = 'email_host'
    AND ({everything:UInt8} OR arrayExists(
        suffix -> suffix IN {values:Array(String)},
        arrayMap(at -> arrayStringConcat(arraySlice(splitByChar('.', left), at), '.'), range(1, 1 + length(splitByChar('.', left))))
    ))
GROUP BY left
