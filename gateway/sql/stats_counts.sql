-- What did each source send on each day of a period, by the counts of loaded segments, and how many rows of it are in the table or were erased?
SELECT
    toUnixTimestamp(toDateTime(parts.day, 'UTC')) * 1000 AS day,
    parts.source_id AS source_id,
    sum(parts.received) AS received,
    sum(parts.deduplicated) AS deduplicated,
    sum(parts.rejected) AS rejected,
    sum(parts.suppressed) AS suppressed,
    sum(parts.present) AS present,
    sum(parts.erased) AS erased,
    toUnixTimestamp64Milli(max(parts.last_at)) AS last_received_at
FROM
(
    SELECT toDate(hour) AS day, source_id, toInt64(received) AS received, deduplicated, toInt64(rejected) AS rejected, suppressed,
        0 AS present, 0 AS erased,
        least(last_received_at, toDateTime64(hour, 3, 'UTC') + INTERVAL 1 HOUR) AS last_at
    FROM ingest_counts
    WHERE hour >= {from:DateTime64(3, 'UTC')} AND hour < {to:DateTime64(3, 'UTC')}
      AND segment_id NOT IN {in_doubt:Array(UUID)}
    UNION ALL
    SELECT toDate(received_at) AS day, source_id, 0, 0, 0, 0, count() AS present, 0, fromUnixTimestamp64Milli(0, 'UTC')
    FROM events
    WHERE received_at >= {from:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
      AND segment_id NOT IN {in_doubt:Array(UUID)}
      AND (segment_id, segment_index) NOT IN
      (
          SELECT segment_id, segment_index
          FROM removed_events
          WHERE hour >= {from:DateTime64(3, 'UTC')} AND hour < {to:DateTime64(3, 'UTC')}
      )
    GROUP BY day, source_id
    UNION ALL
    SELECT toDate(hour) AS day, source_id, 0, 0, 0, 0, 0, uniqExact(segment_id, segment_index) AS erased, fromUnixTimestamp64Milli(0, 'UTC')
    FROM removed_events
    WHERE hour >= {from:DateTime64(3, 'UTC')} AND hour < {to:DateTime64(3, 'UTC')}
      AND segment_id NOT IN {in_doubt:Array(UUID)}
    GROUP BY day, source_id
    UNION ALL
    -- A replay is no second receipt: the event was received once, and is no longer among the rejected.
    SELECT toDate(received_at) AS day, source_id, -toInt64(uniqExact(segment_id, segment_index)) AS received, 0, received AS rejected, 0, 0, 0,
        fromUnixTimestamp64Milli(0, 'UTC')
    FROM rejected_replays
    WHERE received_at >= {from:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
    GROUP BY day, source_id
) AS parts
GROUP BY parts.day, parts.source_id
ORDER BY day, source_id
