-- Which accounts are to be scored again, from which day on, in the order in which batches are cut?
SELECT account_id, from_day
FROM score_marked
ORDER BY account_id
