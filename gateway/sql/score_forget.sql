-- Writes tombstones for stored days on which nothing is left to score.
SELECT account_id, {model:String} AS model, {model_version:UInt32} AS model_version, toDate32(stored_day) AS day, 1 AS is_deleted
FROM score_gone
