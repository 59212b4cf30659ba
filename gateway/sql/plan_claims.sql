-- Who else pushes a tracking plan at this moment, or has pushed this version of this one?
SELECT id, version, push_id, state, toUnixTimestamp64Milli(pushed_at) AS at, JSONExtractKeys(body, 'sources') AS sources
FROM tracking_plans FINAL
WHERE push_id != {push_id:String}
  AND ((state = 'active' AND id = {id:String} AND version = {version:UInt32})
    OR (state = 'proposed' AND pushed_at >= {since:DateTime64(3, 'UTC')}))
ORDER BY at, push_id
