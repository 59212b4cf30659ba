-- Which group ids name these accounts?
SELECT value, account_id
FROM account_keys FINAL
WHERE kind = 'group_id' AND account_id IN (SELECT account_id FROM score_dirty)
