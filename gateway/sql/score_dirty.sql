-- Which of the accounts to be scored again are at hand, and from which day on?
SELECT account_id, from_day
FROM score_marked
WHERE account_id BETWEEN {first_account:String} AND {last_account:String}
