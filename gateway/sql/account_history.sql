-- What did an account score on each of the last days, through the last scored one? Days without a row scored 0.
WITH
    -- The day of the last finished run: rows of a day that is still being scored are not shown, and where nothing but robots came there are none.
    (
        SELECT argMax(JSONExtractInt(watermark, 'through'), run)
        FROM job_runs FINAL
        WHERE job = 'scores' AND state = 'done' AND JSONExtractString(watermark, 'model') = concat({model:String}, '@', toString({model_version:UInt32}))
    ) AS scored_through,
    (SELECT max(day) FROM account_scores WHERE model = {model:String} AND model_version = {model_version:UInt32}) AS stored_through,
    if(scored_through > 0, toDate32(scored_through), stored_through) AS horizon
SELECT
    -- An empty table answers with the first day of all, and a scalar without a row with nothing.
    ifNull(if(horizon > toDate32('1970-01-01'), toString(horizon), ''), '') AS through,
    arraySort(groupArray((toString(day), score, toString(band)))) AS days
FROM
(
    SELECT day, score, band
    FROM account_scores FINAL
    WHERE account_id = {account_id:String} AND model = {model:String} AND model_version = {model_version:UInt32}
      AND day > horizon - {days:UInt16} AND day <= horizon
)
