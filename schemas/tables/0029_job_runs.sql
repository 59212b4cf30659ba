-- Runs of jobs. A row is written when a run opens and again when it closes; fence rises with every new leader.
CREATE TABLE IF NOT EXISTS job_runs
(
    run         UInt64,
    job         LowCardinality(String),
    state       LowCardinality(String),
    now         DateTime64(3, 'UTC'),
    started_at  DateTime64(3, 'UTC'),
    finished_at Nullable(DateTime64(3, 'UTC')),
    duration_ms UInt64,
    rows        UInt64,
    watermark   String,
    error       String,
    fence       UInt64,
    holder      String,
    version     UInt8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (job, run)
