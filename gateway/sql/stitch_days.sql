-- On which days did the events of the new segments happen?
SELECT DISTINCT toString(toDate(timestamp)) AS day
FROM events
WHERE received_at BETWEEN {received_from:DateTime64(3, 'UTC')} AND {received_to:DateTime64(3, 'UTC')}
  AND segment_id IN
  (
      SELECT segment_id
      FROM ingest_counts
      WHERE loaded_at >= {loaded_from:DateTime64(3, 'UTC')} AND loaded_at < {loaded_to:DateTime64(3, 'UTC')}
  )
ORDER BY day
