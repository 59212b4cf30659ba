-- What did runs mark: is there anything, from which day on may the season have changed (''), from which day on did it change for everyone ('*')?
SELECT
    count() AS marks,
    toInt32(minIf(from_day, account_id = '')) AS touched_from, countIf(account_id = '') AS touched,
    toInt32(minIf(from_day, account_id = '*')) AS season_from, countIf(account_id = '*') AS seasons
FROM dirty_accounts
WHERE run > {after_run:UInt64} AND run <= {through_run:UInt64}
