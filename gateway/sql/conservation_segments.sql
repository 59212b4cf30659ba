-- Which segments that are loaded whole do not have each of their events once? (Some of them, or all where none is named; some hours, or all
-- of the period. A place is told apart by its index, in a bitmap: two bytes an event at most. Places of erased events count as there.)
SELECT
    toString(parts.segment_id) AS segment,
    toUnixTimestamp(min(parts.hour)) * 1000 AS first_hour,
    greatest(toInt64(0), sum(parts.expected) - sum(parts.places)) AS missing,
    sum(parts.n) - sum(parts.expected) + missing AS doubled
FROM
(
    SELECT counts.segment_id AS segment_id, counts.hour AS hour, 1 AS is_loaded,
        toInt64(counts.received) - toInt64(counts.deduplicated + counts.rejected + counts.suppressed) AS expected,
        toInt64(0) AS n, toInt64(0) AS places
    FROM ingest_counts AS counts
    WHERE counts.hour >= {from:DateTime64(3, 'UTC')} AND counts.hour < {to:DateTime64(3, 'UTC')}
      AND (empty({hours:Array(UInt32)}) OR toUnixTimestamp(counts.hour) IN {hours:Array(UInt32)})
      AND (empty({segments:Array(UUID)}) OR counts.segment_id IN {segments:Array(UUID)})
      AND counts.segment_id NOT IN {in_doubt:Array(UUID)}
    UNION ALL
    SELECT events.segment_id AS segment_id, toDateTime(4294967295, 'UTC') AS hour, 0 AS is_loaded, 0 AS expected,
        toInt64(count()) AS n, toInt64(groupBitmap(events.segment_index)) AS places
    FROM events
    WHERE events.received_at >= {from:DateTime64(3, 'UTC')} AND events.received_at < {to:DateTime64(3, 'UTC')}
      AND (empty({hours:Array(UInt32)}) OR toUnixTimestamp(toStartOfHour(events.received_at)) IN {hours:Array(UInt32)})
      AND (empty({segments:Array(UUID)}) OR events.segment_id IN {segments:Array(UUID)})
      AND events.segment_id NOT IN {in_doubt:Array(UUID)}
      AND (events.segment_id, events.segment_index) NOT IN
      (
          SELECT segment_id, segment_index
          FROM removed_events
          WHERE hour >= {from:DateTime64(3, 'UTC')} AND hour < {to:DateTime64(3, 'UTC')}
      )
    GROUP BY events.segment_id
    UNION ALL
    SELECT removed.segment_id AS segment_id, toDateTime(4294967295, 'UTC') AS hour, 0 AS is_loaded, 0 AS expected,
        toInt64(groupBitmap(removed.segment_index)) AS n, n AS places
    FROM removed_events AS removed
    WHERE removed.hour >= {from:DateTime64(3, 'UTC')} AND removed.hour < {to:DateTime64(3, 'UTC')}
      AND (empty({hours:Array(UInt32)}) OR toUnixTimestamp(removed.hour) IN {hours:Array(UInt32)})
      AND (empty({segments:Array(UUID)}) OR removed.segment_id IN {segments:Array(UUID)})
      AND removed.segment_id NOT IN {in_doubt:Array(UUID)}
    GROUP BY removed.segment_id
) AS parts
GROUP BY parts.segment_id
HAVING max(parts.is_loaded) = 1 AND (missing > 0 OR doubled > 0)
ORDER BY first_hour, segment
