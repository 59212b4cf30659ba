-- Latest value of each trait of an identifier (a person's or a group's), with source and time; server beats browser, then later beats earlier.
-- rank: the higher says it (trust, then time). version is constant: stitch writes only what changed, so the last insert wins.
CREATE TABLE IF NOT EXISTS identifier_traits
(
    identifier_type LowCardinality(String),
    identifier      String,
    name            String,
    value           String,
    source_id       LowCardinality(String),
    trust           LowCardinality(String),
    set_at          DateTime64(3, 'UTC'),
    rank            UInt128,
    version         UInt64,
    is_deleted      UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (identifier_type, identifier, name)
