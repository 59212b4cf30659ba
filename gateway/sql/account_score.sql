-- What did an account score on a day, and why? The last scored day for a later one.
WITH
    (SELECT max(day) FROM account_scores WHERE model = {model:String} AND model_version = {model_version:UInt32}) AS horizon,
    if(horizon > toDate32('1970-01-01'), least(horizon, toDate32({day:String})), toDate32({day:String})) AS asked
SELECT
    toString(asked) AS day,
    s.score AS score, s.points AS points, if(s.band = '', 'cold', s.band) AS band,
    arrayMap(
        (kind, profile_id, type, topic, category, points, count, last_at)
            -> (kind, profile_id, type, topic, category, points, count, toUnixTimestamp64Milli(last_at)),
        r.reasons.kind, r.reasons.profile_id, r.reasons.type, r.reasons.topic, r.reasons.category, r.reasons.points, r.reasons.count, r.reasons.last_at
    ) AS reasons
FROM (SELECT asked AS day) AS d
LEFT JOIN
(
    SELECT day, score, points, band
    FROM account_scores FINAL
    WHERE account_id = {account_id:String} AND model = {model:String} AND model_version = {model_version:UInt32} AND day = asked
) AS s ON s.day = d.day
LEFT JOIN
(
    SELECT day, reasons.kind, reasons.profile_id, reasons.type, reasons.topic, reasons.category, reasons.points, reasons.count, reasons.last_at
    FROM account_reasons FINAL
    WHERE account_id = {account_id:String} AND model = {model:String} AND model_version = {model_version:UInt32} AND day = asked
) AS r ON r.day = d.day
