-- Keys created at run time; only hashes are stored. kind: write, secret.
CREATE TABLE IF NOT EXISTS keys
(
    key_id     String,
    kind       LowCardinality(String),
    name       String,
    hash       String,
    last4      String,
    is_server  UInt8,
    scopes     Array(LowCardinality(String)),
    created_at DateTime64(3, 'UTC'),
    revoked_at Nullable(DateTime64(3, 'UTC')),
    version    UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (key_id)
