-- Why: the parts that add up to the points of the same row of account_scores, largest first; the last part may be 'other'.
CREATE TABLE IF NOT EXISTS account_reasons
(
    account_id    String,
    model         LowCardinality(String),
    model_version UInt32,
    day           Date32,
    reasons       Nested
    (
        kind       LowCardinality(String),
        profile_id String,
        type       String,
        topic      String,
        category   String,
        points     Float64,
        count      UInt32,
        last_at    DateTime64(3, 'UTC')
    ),
    version       UInt8,
    is_deleted    UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(day)
ORDER BY (account_id, model, model_version, day)
