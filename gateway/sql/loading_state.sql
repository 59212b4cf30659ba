-- When was the latest segment loaded, and the oldest of those loaded after a point?
SELECT
    toUnixTimestamp64Milli(max(loaded_at)) AS last_loaded_at,
    toUnixTimestamp64Milli(minIf(loaded_at, loaded_at > {seen_until:DateTime64(3, 'UTC')})) AS unseen_since
FROM ingest_counts
