-- Which edges may have changed on these days? Those that new events or their copies speak of.
SELECT DISTINCT edge
FROM stitch_pairs
WHERE edge.8 IN {days:Array(Date)}
