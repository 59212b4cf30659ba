-- Profile ↔ account. primary_spans: the days on which this account gets the person's events that name no account themselves.
CREATE TABLE IF NOT EXISTS memberships
(
    profile_id    String,
    account_id    String,
    rule          LowCardinality(String),
    certainty     Float64,
    valid_from    DateTime64(3, 'UTC'),
    valid_to      DateTime64(3, 'UTC'),
    primary_spans Array(Tuple(Date32, Date32)),
    version       UInt64,
    is_deleted    UInt8,
    INDEX ix_account_id account_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (profile_id, account_id, rule)
