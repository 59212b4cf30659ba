-- What does the ledger say in these entries? `everything` leaves the filter out.
SELECT
    entry_id, kind, rule, left_type, left, right_type, right, profile_id, evidence, toUnixTimestamp64Milli(at) AS at
FROM identity_ledger FINAL
WHERE {everything:UInt8} OR entry_id IN {values:Array(String)}
