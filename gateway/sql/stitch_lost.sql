-- Which pairs lost evidence of a day?
SELECT DISTINCT edge.1 AS left_type, edge.2 AS left, edge.3 AS right_type, edge.4 AS right
FROM stitch_rows
WHERE is_deleted = 1 AND right != ''
