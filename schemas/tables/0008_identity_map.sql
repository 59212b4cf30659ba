-- The profile of each identifier. version is constant: stitch writes only what changed, so the last insert wins.
CREATE TABLE IF NOT EXISTS identity_map
(
    identifier_type LowCardinality(String),
    identifier      String,
    profile_id      String,
    version         UInt64,
    is_deleted      UInt8,
    INDEX ix_profile_id profile_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (identifier_type, identifier)
