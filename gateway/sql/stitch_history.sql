-- What was ever said of those whose traits are doubtful, with copies of any kind?
SELECT *, sipHash64(source_id, message_id) AS id_hash
FROM events
WHERE sipHash64(source_id, message_id) IN
(
    SELECT sipHash64(source_id, message_id)
    FROM events
    WHERE type IN ('identify', 'group')
      AND (
          multiIf(type = 'group', 'group_id', user_id != '', 'user_id', 'anonymous_id'),
          multiIf(type = 'group', group_id, user_id != '', user_id, anonymous_id)
      ) IN (SELECT owner_type, owner FROM stitch_doubtful)
)
