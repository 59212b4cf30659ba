-- Which links were cut by an undo since the last run?
SELECT left_type, left, right_type, right, toUnixTimestamp64Milli(max(undone_at)) AS cut_at
FROM identity_undos
WHERE toUnixTimestamp64Milli(undone_at) > {after:Int64} AND toUnixTimestamp64Milli(undone_at) <= {through:Int64}
GROUP BY left_type, left, right_type, right
