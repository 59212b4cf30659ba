-- Accounts to place, in the form of score_dirty: the parts that say whose touches are whose are those of the scores.
SELECT arrayJoin({accounts:Array(String)}) AS account_id, toInt32(0) AS from_day
