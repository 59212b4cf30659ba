-- What joined, was refused, split or undone among these identifiers, newest first?
SELECT
    entry_id, kind, rule, left_type, left, right_type, right, evidence,
    toUnixTimestamp64Milli(at) AS at
FROM identity_ledger FINAL
WHERE (left_type, left) IN arrayZip({types:Array(String)}, {values:Array(String)})
   OR (right_type, right) IN arrayZip({types:Array(String)}, {values:Array(String)})
ORDER BY identity_ledger.at DESC, entry_id
LIMIT 1000
