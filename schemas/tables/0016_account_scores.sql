-- Intent of an account as of a day. Nothing is invented: fit, grade, confidence and percentile are null until they are computed.
-- Months are partitions, so that a day is read without all days before it.
-- version is always 0, so the last insert wins; is_deleted: no touch is left in the model's window.
CREATE TABLE IF NOT EXISTS account_scores
(
    account_id    String,
    model         LowCardinality(String),
    model_version UInt32,
    day           Date32,
    score         Float64,
    points        Float64,
    band          LowCardinality(String),
    categories    Map(LowCardinality(String), Float64),
    breadth       Float64,
    surge         Float64,
    surge_index   Nullable(Float64),
    negative      Float64,
    people        UInt32,
    last_touch_at Nullable(DateTime64(3, 'UTC')),
    fit           Nullable(Float64),
    fit_letter    LowCardinality(Nullable(String)),
    grade         LowCardinality(Nullable(String)),
    confidence    Nullable(Float64),
    percentile    Nullable(Float64),
    version       UInt8,
    is_deleted    UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(day)
ORDER BY (account_id, model, model_version, day)
