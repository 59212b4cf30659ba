-- Which values have these settings in this session?
SELECT name, value
FROM system.settings
WHERE name IN {names:Array(String)}
