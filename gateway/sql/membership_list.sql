-- Which memberships have these profiles (side 'profile') or these accounts (side 'account')? `everything` leaves the filter out.
SELECT
    profile_id, account_id, rule, certainty,
    toUnixTimestamp64Milli(valid_from) AS valid_from,
    toUnixTimestamp64Milli(valid_to) AS valid_to,
    arrayMap(span -> (toString(span.1), toString(span.2)), primary_spans) AS primary_spans
FROM memberships FINAL
WHERE {everything:UInt8}
    OR ({side:String} = 'profile' AND profile_id IN {values:Array(String)})
    OR ({side:String} = 'account' AND account_id IN {values:Array(String)})
