-- Which of these events count for nothing, because a copy of them came earlier?
SELECT segment_id, segment_index
FROM stitch_news
WHERE id_hash IN (SELECT id_hash FROM stitch_news GROUP BY id_hash HAVING count() > 1)
ORDER BY received_at, segment_id, segment_index
LIMIT 1, 18446744073709551615 BY source_id, message_id
