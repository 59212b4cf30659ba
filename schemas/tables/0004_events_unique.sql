-- One row per (source, message id), first wins: events_unique(from = …, to = …) over received_at, copies looked for from 30 days before.
-- Copies are few: ids seen twice are found by hash, and only their rows are sorted.
CREATE VIEW IF NOT EXISTS events_unique AS
SELECT *
FROM events
WHERE received_at >= {from:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
  AND (segment_id, segment_index) NOT IN
  (
      SELECT segment_id, segment_index
      FROM events
      WHERE received_at >= {from:DateTime64(3, 'UTC')} - INTERVAL 30 DAY AND received_at < {to:DateTime64(3, 'UTC')}
        AND id_hash IN
        (
            SELECT id_hash
            FROM events
            WHERE received_at >= {from:DateTime64(3, 'UTC')} - INTERVAL 30 DAY AND received_at < {to:DateTime64(3, 'UTC')}
            GROUP BY id_hash
            HAVING count() > 1
        )
      ORDER BY received_at, segment_id, segment_index
      LIMIT 1, 18446744073709551615 BY source_id, message_id
  )
