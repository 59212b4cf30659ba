-- Whom did new events give a title?
SELECT DISTINCT profile_id
FROM identity_map FINAL
WHERE (identifier_type, identifier) IN
(
    SELECT if(user_id != '', ('user_id', user_id), ('anonymous_id', anonymous_id))
    FROM events
    WHERE received_at BETWEEN {received_from:DateTime64(3, 'UTC')} AND {received_to:DateTime64(3, 'UTC')}
      AND type = 'identify' AND (JSONHas(traits, 'title') OR JSONHas(traits, 'jobTitle'))
      AND segment_id IN
      (
          SELECT segment_id
          FROM ingest_counts
          WHERE loaded_at >= {loaded_from:DateTime64(3, 'UTC')} AND loaded_at < {loaded_to:DateTime64(3, 'UTC')}
      )
)
