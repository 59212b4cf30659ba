-- Who else asked for a turn at this work, or has it, and was seen since a moment? First come first.
SELECT turn_id, state, toUnixTimestamp64Milli(asked_at) AS at
FROM shared_turns FINAL
WHERE name = {name:String} AND turn_id != {turn_id:String} AND state != 'over' AND seen_at >= {since:DateTime64(3, 'UTC')}
ORDER BY at, turn_id
