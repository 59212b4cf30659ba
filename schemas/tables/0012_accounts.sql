-- Companies: name, domain, traits (JSON object), where each trait came from (JSON object of {source, trust, at}).
CREATE TABLE IF NOT EXISTS accounts
(
    account_id    String,
    name          String,
    domain        String,
    parent_id     String,
    traits        String,
    trait_sources String,
    first_seen_at DateTime64(3, 'UTC'),
    version       UInt64,
    is_deleted    UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (account_id)
