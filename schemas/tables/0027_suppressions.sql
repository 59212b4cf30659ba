-- Identifiers whose events must not be stored.
CREATE TABLE IF NOT EXISTS suppressions
(
    identifier_type LowCardinality(String),
    identifier      String,
    reason          LowCardinality(String),
    at              DateTime64(3, 'UTC'),
    version         UInt64,
    is_deleted      UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (identifier_type, identifier)
