-- Removes from stage_current accounts without a touch, e.g. merged into another.
DELETE FROM stage_current
WHERE account_id IN {accounts:Array(String)} AND model = {model:String}
