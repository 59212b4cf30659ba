-- How many entries has the account of events for each day of a period? Entries are only ever added, so an equal number says that nothing changed.
SELECT toUnixTimestamp(toDateTime(entries.day, 'UTC')) * 1000 AS day, sum(entries.n) AS entries
FROM
(
    SELECT toDate(hour) AS day, count() AS n
    FROM ingest_counts
    WHERE hour >= {from:DateTime64(3, 'UTC')} AND hour < {to:DateTime64(3, 'UTC')}
    GROUP BY day
    UNION ALL
    SELECT toDate(hour) AS day, count() AS n
    FROM removed_events FINAL
    WHERE hour >= {from:DateTime64(3, 'UTC')} AND hour < {to:DateTime64(3, 'UTC')}
    GROUP BY day
    UNION ALL
    SELECT toDate(received_at) AS day, count() AS n
    FROM rejected_replays FINAL
    WHERE received_at >= {from:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
    GROUP BY day
) AS entries
GROUP BY entries.day
ORDER BY day
