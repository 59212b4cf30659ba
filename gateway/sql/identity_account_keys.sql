-- Which account has each of these keys (side 'key'), or which keys have these accounts (side 'account')? `everything` leaves the filter out.
SELECT kind, value, account_id, toUnixTimestamp64Milli(first_seen_at) AS first_seen_at
FROM account_keys FINAL
WHERE {everything:UInt8}
    OR ({side:String} = 'key' AND (kind, value) IN arrayZip({types:Array(String)}, {values:Array(String)}))
    OR ({side:String} = 'account' AND account_id IN {values:Array(String)})
