-- Which versions of a tracking plan were pushed, newest first?
SELECT version, toUnixTimestamp64Milli(pushed_at) AS pushed_at
FROM tracking_plans FINAL
WHERE state = 'active' AND id = {id:String}
ORDER BY version DESC
LIMIT 100
