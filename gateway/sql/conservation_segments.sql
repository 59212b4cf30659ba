-- Of which segments that are loaded whole do the events of some hours not add up to what became of them?
SELECT toString(parts.segment_id) AS segment, sum(parts.received) AS received, sum(parts.ended) AS ended
FROM
(
    SELECT counts.segment_id AS segment_id, counts.received AS received,
        counts.deduplicated + counts.rejected + counts.suppressed AS ended, 1 AS is_loaded
    FROM ingest_counts AS counts
    WHERE counts.hour >= {from:DateTime64(3, 'UTC')} AND counts.hour < {to:DateTime64(3, 'UTC')}
      AND toUnixTimestamp(counts.hour) IN {hours:Array(UInt32)} AND counts.segment_id NOT IN {in_doubt:Array(UUID)}
    UNION ALL
    SELECT events.segment_id AS segment_id, 0 AS received, count() AS ended, 0 AS is_loaded
    FROM events
    WHERE events.received_at >= {from:DateTime64(3, 'UTC')} AND events.received_at < {to:DateTime64(3, 'UTC')}
      AND toUnixTimestamp(toStartOfHour(events.received_at)) IN {hours:Array(UInt32)} AND events.segment_id NOT IN {in_doubt:Array(UUID)}
      AND (events.segment_id, events.segment_index) NOT IN
      (
          SELECT segment_id, segment_index
          FROM removed_events
          WHERE hour >= {from:DateTime64(3, 'UTC')} AND hour < {to:DateTime64(3, 'UTC')}
      )
    GROUP BY events.segment_id
    UNION ALL
    SELECT removed.segment_id AS segment_id, 0 AS received, uniqExact(removed.segment_id, removed.segment_index) AS ended, 0 AS is_loaded
    FROM removed_events AS removed
    WHERE removed.hour >= {from:DateTime64(3, 'UTC')} AND removed.hour < {to:DateTime64(3, 'UTC')}
      AND toUnixTimestamp(removed.hour) IN {hours:Array(UInt32)} AND removed.segment_id NOT IN {in_doubt:Array(UUID)}
    GROUP BY removed.segment_id
) AS parts
GROUP BY parts.segment_id
HAVING received != ended AND max(parts.is_loaded) = 1
ORDER BY segment
