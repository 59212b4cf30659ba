-- Who else pushes, or has pushed, this version of a tracking plan?
SELECT push_id, state
FROM tracking_plans FINAL
WHERE id = {id:String} AND version = {version:UInt32} AND push_id != {push_id:String}
  AND (state = 'active' OR (state = 'proposed' AND pushed_at >= {since:DateTime64(3, 'UTC')}))
ORDER BY push_id
