-- Marketing spend per day, channel and campaign, imported.
CREATE TABLE IF NOT EXISTS costs
(
    day         Date32,
    channel     LowCardinality(String),
    campaign    String,
    source      LowCardinality(String),
    amount      Decimal(18, 4),
    currency    LowCardinality(String),
    clicks      UInt64,
    impressions UInt64,
    version     UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (day, channel, campaign, source)
