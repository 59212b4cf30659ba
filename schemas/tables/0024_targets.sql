-- Companies on a target list, imported.
CREATE TABLE IF NOT EXISTS targets
(
    domain  String,
    name    String,
    list    LowCardinality(String),
    source  LowCardinality(String),
    traits  String,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (domain, list)
