-- By which traits and keys is an account known?
SELECT
    traits,
    toUnixTimestamp64Milli(first_seen_at) AS first_seen_at,
    (
        SELECT groupArray((kind, value))
        FROM
        (
            SELECT kind, value
            FROM account_keys FINAL
            WHERE account_id = {account_id:String}
            ORDER BY indexOf(['domain', 'alias', 'group_id', 'crm_id'], kind), first_seen_at, value
        )
    ) AS keys
FROM accounts FINAL
WHERE account_id = {account_id:String}
