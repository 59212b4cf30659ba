-- What was stored as an account's score of a day (of the last scored day for ''), and why?
WITH
    -- The day of the last finished run: rows of a day that is still being scored are not shown, and where nothing but robots came there are none.
    (
        SELECT argMax(JSONExtractInt(watermark, 'through'), run)
        FROM job_runs FINAL
        WHERE job = 'scores' AND state = 'done' AND JSONExtractString(watermark, 'model') = concat({model:String}, '@', toString({model_version:UInt32}))
    ) AS scored_through,
    (SELECT max(day) FROM account_scores WHERE model = {model:String} AND model_version = {model_version:UInt32}) AS stored_through,
    if(scored_through > 0, toDate32(scored_through), stored_through) AS horizon,
    if({day:String} = '', horizon, toDate32OrZero({day:String})) AS asked
SELECT
    toString(s.day) AS day, s.score AS score, s.points AS points, s.band AS band,
    arrayMap(
        (kind, profile_id, type, topic, category, points, count, last_at)
            -> (kind, profile_id, type, topic, category, points, count, toUnixTimestamp64Milli(last_at)),
        r.reasons.kind, r.reasons.profile_id, r.reasons.type, r.reasons.topic, r.reasons.category, r.reasons.points, r.reasons.count, r.reasons.last_at
    ) AS reasons
FROM
(
    SELECT day, score, points, band
    FROM account_scores FINAL
    WHERE account_id = {account_id:String} AND model = {model:String} AND model_version = {model_version:UInt32} AND day = asked
) AS s
LEFT JOIN
(
    SELECT day, reasons.kind, reasons.profile_id, reasons.type, reasons.topic, reasons.category, reasons.points, reasons.count, reasons.last_at
    FROM account_reasons FINAL
    WHERE account_id = {account_id:String} AND model = {model:String} AND model_version = {model_version:UInt32} AND day = asked
) AS r ON r.day = s.day
