-- What do the new events say, and the copies of them?
SELECT *, sipHash64(source_id, message_id) AS id_hash
FROM events
WHERE received_at BETWEEN {received_from:DateTime64(3, 'UTC')} AND {received_to:DateTime64(3, 'UTC')}
  AND segment_id IN
  (
      SELECT segment_id
      FROM ingest_counts
      WHERE loaded_at >= {loaded_from:DateTime64(3, 'UTC')} AND loaded_at < {loaded_to:DateTime64(3, 'UTC')}
  )
UNION ALL
SELECT *, sipHash64(source_id, message_id) AS id_hash
FROM events
WHERE segment_id IN (SELECT segment_id FROM stitch_olds) AND (segment_id, segment_index) IN (SELECT segment_id, segment_index FROM stitch_olds)
