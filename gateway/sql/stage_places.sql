-- Where do these accounts stand?
SELECT
    account_id, model, model_version, stage, toUnixTimestamp64Milli(since) AS since, status, toUnixTimestamp64Milli(status_since) AS status_since,
    is_provisional, bad_days, rule, evidence, toString(as_of) AS as_of
FROM stage_current FINAL
WHERE account_id IN {accounts:Array(String)}
