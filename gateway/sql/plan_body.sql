-- What does this version of a tracking plan say? 0 asks for the one in force.
SELECT id, version, body, toUnixTimestamp64Milli(pushed_at) AS pushed_at
FROM tracking_plans FINAL
WHERE state = 'active' AND id = {id:String} AND ({version:UInt32} = 0 OR version = {version:UInt32})
ORDER BY tracking_plans.version DESC
LIMIT 1
