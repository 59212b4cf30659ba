-- Orders, refunds and cancellations told by events; the first copy of a message wins (version falls with received_at).
CREATE TABLE IF NOT EXISTS orders
(
    source_id   LowCardinality(String),
    message_id  String,
    kind        LowCardinality(String),
    order_id    String,
    node_type   LowCardinality(String),
    node        String,
    account_hint String,
    revenue     Decimal(18, 4),
    currency    LowCardinality(String),
    ordered_at  DateTime64(3, 'UTC'),
    version     UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (source_id, message_id)
