-- How many rows of each day and source are copies of one received earlier that day or in the thirty days before? (One part of the ids at a
-- time: what is held in memory is theirs, however long the history. Hashes find the few suspects, whose texts then decide.)
SELECT toUnixTimestamp(toStartOfDay(at)) * 1000 AS day, source_id, count() AS copies
FROM
(
    SELECT source_id, arraySort(groupArray(received_at)) AS times
    FROM events
    WHERE received_at >= {back_to:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
      AND segment_id NOT IN {in_doubt:Array(UUID)}
      AND id_hash IN
      (
          SELECT id_hash
          FROM events
          WHERE received_at >= {back_to:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
            AND id_hash IN
            (
                SELECT id_hash
                FROM events
                WHERE received_at >= {from:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
                  AND id_hash % {parts:UInt32} = {part:UInt32}
            )
          GROUP BY id_hash
          HAVING count() > 1
      )
      AND (segment_id, segment_index) NOT IN
      (
          SELECT segment_id, segment_index
          FROM removed_events
          WHERE hour >= {back_to:DateTime64(3, 'UTC')} AND hour < {to:DateTime64(3, 'UTC')}
      )
    GROUP BY source_id, message_id
    HAVING length(times) > 1
)
ARRAY JOIN arrayPopFront(times) AS at, arrayPopBack(times) AS before
WHERE at >= {from:DateTime64(3, 'UTC')} AND dateDiff('day', before, at) <= 30
GROUP BY day, source_id
ORDER BY day, source_id
