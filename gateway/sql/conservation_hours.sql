-- How many events of each hour were received, and how many ended in one of the known ways, by the loaded segments?
SELECT toUnixTimestamp(hours.hour) * 1000 AS hour, sum(hours.received) AS received, sum(hours.ended) AS ended
FROM
(
    SELECT counts.hour AS hour, sum(counts.received) AS received, sum(counts.deduplicated + counts.rejected + counts.suppressed) AS ended
    FROM ingest_counts AS counts
    WHERE counts.hour >= {from:DateTime64(3, 'UTC')} AND counts.hour < {to:DateTime64(3, 'UTC')}
      AND counts.segment_id NOT IN {in_doubt:Array(UUID)}
    GROUP BY counts.hour
    UNION ALL
    SELECT toStartOfHour(events.received_at) AS hour, 0 AS received, count() AS ended
    FROM events
    WHERE events.received_at >= {from:DateTime64(3, 'UTC')} AND events.received_at < {to:DateTime64(3, 'UTC')}
      AND events.segment_id NOT IN {in_doubt:Array(UUID)}
    GROUP BY hour
) AS hours
GROUP BY hours.hour
ORDER BY hours.hour
