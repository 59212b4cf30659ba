-- Which keys were created at run time, oldest first, revoked ones included?
SELECT
    key_id, kind, name, hash, last4, is_server, scopes,
    toUnixTimestamp64Milli(created_at) AS created_at,
    if(isNull(revoked_at), NULL, toUnixTimestamp64Milli(assumeNotNull(revoked_at))) AS revoked_at,
    public_key, version
FROM keys FINAL
ORDER BY keys.created_at, key_id
