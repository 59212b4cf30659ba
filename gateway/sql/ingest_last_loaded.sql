-- When was the latest segment loaded, as its loader stamped it?
SELECT toUnixTimestamp64Milli(max(loaded_at)) AS at
FROM ingest_counts
