-- What moves of an account stand, in order? Those withdrawn do not.
SELECT to_stage, status, toUnixTimestamp64Milli(entered_at) AS entered_at, direction, rule, evidence
FROM stage_transitions
WHERE account_id = {account:String} AND model = {model:String} AND model_version = {version:UInt32} AND withdraws = ''
  AND transition_id NOT IN
  (
      SELECT withdraws
      FROM stage_transitions
      WHERE account_id = {account:String} AND model = {model:String} AND model_version = {version:UInt32}
  )
ORDER BY entered_at, transition_id
LIMIT 1 BY transition_id
