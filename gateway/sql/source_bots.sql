-- How many events of each source were made by no person, and by what sign was that seen? The ten most frequent signs of each.
-- Copies are left out by their hash: looking for them among all events would read many times what bots left.
SELECT source_id, bot_reason, uniqExact(id_hash) AS events
FROM events
WHERE received_at >= {from:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')} AND is_bot = 1
GROUP BY source_id, bot_reason
ORDER BY events DESC, source_id, bot_reason
LIMIT 10 BY source_id
