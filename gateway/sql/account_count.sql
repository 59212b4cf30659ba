-- How many accounts match, up to the limit of the list?
SELECT count() AS accounts
FROM account_list
