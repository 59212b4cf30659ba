-- On which stored days of these accounts is no touch left in the window: it moved to another account or person?
SELECT account_id, stored_day
FROM
(
    SELECT account_id, toInt32(day) AS stored_day
    FROM account_scores FINAL
    WHERE model = {model:String} AND model_version = {model_version:UInt32} AND day >= toDate32({from:Int32})
      AND account_id IN (SELECT account_id FROM score_dirty)
) AS stored
INNER JOIN (SELECT account_id AS dirty_account, from_day FROM score_dirty) AS dirty ON dirty_account = account_id
LEFT JOIN (SELECT account_id AS touched_account, groupUniqArray(day) AS touch_days FROM score_days GROUP BY account_id) AS touched
    ON touched_account = account_id
WHERE stored_day >= from_day AND NOT arrayExists(touch_day -> touch_day <= stored_day AND touch_day > stored_day - {window_days:Int32}, touch_days)
