-- What was the score of these accounts at the end of these days? Days without a row scored 0.
SELECT account_id, groupArray(toString(day)) AS days, groupArray(score) AS scores
FROM account_scores FINAL
WHERE account_id IN {account_ids:Array(String)} AND model = {model:String} AND model_version = {model_version:UInt32}
  AND day IN {days:Array(Date32)}
GROUP BY account_id
