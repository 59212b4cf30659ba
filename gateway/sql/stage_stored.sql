-- What was written of these accounts' journeys, withdrawals included?
SELECT
    transition_id, account_id, model, model_version, from_stage, to_stage, status,
    toUnixTimestamp64Milli(entered_at) AS entered_at, direction, rule, evidence, withdraws
FROM stage_transitions
WHERE account_id IN {accounts:Array(String)}
