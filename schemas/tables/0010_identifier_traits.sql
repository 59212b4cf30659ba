-- Latest value of each trait of an identifier (a person's or a group's), with source and time; server beats browser, then later beats earlier.
CREATE TABLE IF NOT EXISTS identifier_traits
(
    identifier_type LowCardinality(String),
    identifier      String,
    name            String,
    value           String,
    source_id       LowCardinality(String),
    trust           LowCardinality(String),
    set_at          DateTime64(3, 'UTC'),
    version         UInt128
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (identifier_type, identifier, name)
