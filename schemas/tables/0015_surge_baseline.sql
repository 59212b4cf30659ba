-- Season of the whole workspace, per closed day: s = recent ÷ expected activity, phi = variance ÷ mean of weekly counts (≥ 1).
CREATE TABLE IF NOT EXISTS surge_baseline
(
    day Date32,
    s   Float64,
    phi Float64
)
ENGINE = ReplacingMergeTree
ORDER BY day
