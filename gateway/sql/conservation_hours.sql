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
      AND (events.segment_id, events.segment_index) NOT IN
      (
          SELECT segment_id, segment_index
          FROM removed_events
          WHERE hour >= {from:DateTime64(3, 'UTC')} AND hour < {to:DateTime64(3, 'UTC')}
      )
    GROUP BY hour
    UNION ALL
    SELECT removed.hour AS hour, 0 AS received, uniqExact(removed.segment_id, removed.segment_index) AS ended
    FROM removed_events AS removed
    WHERE removed.hour >= {from:DateTime64(3, 'UTC')} AND removed.hour < {to:DateTime64(3, 'UTC')}
      AND removed.segment_id NOT IN {in_doubt:Array(UUID)}
    GROUP BY removed.hour
) AS hours
GROUP BY hours.hour
ORDER BY hours.hour
