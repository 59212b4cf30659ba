-- Which links were cut by an undo since the last run?
SELECT left_type, left, right_type, right, max(version) AS cut_at
FROM identity_edges
WHERE sign = 'cut' AND version > {after:UInt64} AND version <= {through:UInt64}
GROUP BY left_type, left, right_type, right
