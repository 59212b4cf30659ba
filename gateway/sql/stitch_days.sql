-- On which days may evidence have changed, by how many new events and copies each?
SELECT toString(toDate(timestamp)) AS day, count() AS events
FROM stitch_news
GROUP BY day
ORDER BY day
