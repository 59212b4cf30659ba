-- Since when is each version of a model active?
SELECT id, version, kind, toUnixTimestamp64Milli(activated_at) AS activated_at
FROM models FINAL
ORDER BY id, version
