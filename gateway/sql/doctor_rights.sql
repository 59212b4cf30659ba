-- Does this user hold grants to write tables, its own or those of a role?
SELECT count() AS grants
FROM system.grants
WHERE access_type IN ('ALL', 'INSERT', 'CREATE TABLE', 'CREATE')
