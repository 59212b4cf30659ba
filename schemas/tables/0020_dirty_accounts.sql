-- Accounts to score and place again, from a day on; written before the change that makes them dirty, so a crash only repeats work.
CREATE TABLE IF NOT EXISTS dirty_accounts
(
    account_id String,
    from_day   Date32,
    run        UInt64,
    marked_at  DateTime('UTC') DEFAULT now()
)
ENGINE = MergeTree
ORDER BY (run, account_id)
TTL marked_at + INTERVAL 30 DAY
