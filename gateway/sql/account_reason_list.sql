-- Why did these accounts score what they scored on a day?
SELECT
    account_id,
    arrayMap(
        (kind, profile_id, type, topic, category, points, count, last_at)
            -> (kind, profile_id, type, topic, category, points, count, toUnixTimestamp64Milli(last_at)),
        reasons.kind, reasons.profile_id, reasons.type, reasons.topic, reasons.category, reasons.points, reasons.count, reasons.last_at
    ) AS reasons
FROM account_reasons FINAL
WHERE account_id IN {account_ids:Array(String)} AND model = {model:String} AND model_version = {model_version:UInt32} AND day = {day:Date32}
