-- What is stored of these accounts? `everything` leaves the filter out.
SELECT account_id, name, domain, traits, trait_sources, toUnixTimestamp64Milli(first_seen_at) AS first_seen_at
FROM accounts FINAL
WHERE {everything:UInt8} OR account_id IN {values:Array(String)}
