-- Versions of models that were active, as JSON text; a version never changes.
CREATE TABLE IF NOT EXISTS models
(
    id           String,
    version      UInt32,
    kind         LowCardinality(String),
    body         String,
    activated_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (id, version)
