-- Is this database there, and does it hold tables of ours?
SELECT
    (SELECT count() FROM system.databases WHERE name = {database:String}) AS has_database,
    (SELECT count() FROM system.tables WHERE database = {database:String} AND name = 'schema_migrations') AS has_history
