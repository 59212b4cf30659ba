-- On which days may touches have changed, by how many new events each?
SELECT day, sum(events) AS events
FROM touch_fresh
GROUP BY day
ORDER BY day
