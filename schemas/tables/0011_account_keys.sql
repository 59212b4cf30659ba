-- Every key by which an account is known → its internal id. kind: domain, alias, group_id, crm_id.
CREATE TABLE IF NOT EXISTS account_keys
(
    kind          LowCardinality(String),
    value         String,
    account_id    String,
    first_seen_at DateTime64(3, 'UTC'),
    version       UInt64,
    is_deleted    UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (kind, value)
