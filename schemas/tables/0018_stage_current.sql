-- Where an account stands on each journey. A threshold move of the open day stands here only, until the day closes.
-- version is always 0, so the last insert wins; is_deleted: no touch is left, e.g. because the account was merged into another.
CREATE TABLE IF NOT EXISTS stage_current
(
    account_id    String,
    model         LowCardinality(String),
    model_version UInt32,
    stage         LowCardinality(String),
    since         DateTime64(3, 'UTC'),
    status        LowCardinality(String),
    status_since  DateTime64(3, 'UTC'),
    is_provisional UInt8,
    bad_days      UInt16,
    rule          String,
    evidence      Array(String),
    as_of         Date32,
    version       UInt8,
    is_deleted    UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (account_id, model)
