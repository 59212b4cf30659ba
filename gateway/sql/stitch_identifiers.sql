-- Which people and groups do the new segments speak of? (E-mails and former ids are found through them.)
SELECT DISTINCT pair.1 AS type, pair.2 AS value
FROM events
ARRAY JOIN [('user_id', user_id), ('anonymous_id', anonymous_id), ('group_id', group_id)] AS pair
WHERE pair.2 != ''
  AND received_at BETWEEN {received_from:DateTime64(3, 'UTC')} AND {received_to:DateTime64(3, 'UTC')}
  AND segment_id IN
  (
      SELECT segment_id
      FROM ingest_counts
      WHERE loaded_at >= {loaded_from:DateTime64(3, 'UTC')} AND loaded_at < {loaded_to:DateTime64(3, 'UTC')}
  )
ORDER BY type, value
