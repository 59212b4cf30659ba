-- How many events of each source arrived in a period and are stored, with copies and without?
SELECT source_id, sum(with_copies) AS copies, sum(without_copies) AS stored
FROM
(
    SELECT source_id, count() AS with_copies, 0 AS without_copies
    FROM events
    WHERE received_at >= {from:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
      AND segment_id NOT IN {in_doubt:Array(UUID)}
    GROUP BY source_id
    UNION ALL
    SELECT source_id, 0 AS with_copies, count() AS without_copies
    FROM events_unique(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})
    WHERE segment_id NOT IN {in_doubt:Array(UUID)}
    GROUP BY source_id
)
GROUP BY source_id
ORDER BY source_id
