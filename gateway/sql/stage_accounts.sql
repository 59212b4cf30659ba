-- Which accounts does a new day, or a new model, concern? All there are, and those that have a place but exist no more.
SELECT account_id
FROM
(
    SELECT account_id FROM account_keys FINAL
    UNION DISTINCT
    SELECT account_id FROM stage_current FINAL
)
ORDER BY account_id
