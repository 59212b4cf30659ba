-- Every move, never edited. A row that late data falsified gets a withdrawal row naming it in `withdraws`; current = not withdrawn.
CREATE TABLE IF NOT EXISTS stage_transitions
(
    transition_id String,
    account_id    String,
    model         LowCardinality(String),
    model_version UInt32,
    from_stage    LowCardinality(String),
    to_stage      LowCardinality(String),
    status        LowCardinality(String),
    entered_at    DateTime64(3, 'UTC'),
    direction     LowCardinality(String),
    rule          String,
    evidence      Array(String),
    withdraws     String
)
ENGINE = MergeTree
ORDER BY (account_id, model, entered_at, transition_id)
