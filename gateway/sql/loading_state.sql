-- When was the latest segment loaded, and the oldest of those loaded after a point? (By the order of the table, which grows for ever.)
SELECT
    ifNull((SELECT toUnixTimestamp64Milli(loaded_at) FROM ingest_counts ORDER BY loaded_at DESC LIMIT 1), 0) AS last_loaded_at,
    ifNull(
        (
            SELECT toUnixTimestamp64Milli(loaded_at)
            FROM ingest_counts
            WHERE loaded_at > {seen_until:DateTime64(3, 'UTC')}
            ORDER BY loaded_at
            LIMIT 1
        ), 0) AS unseen_since
