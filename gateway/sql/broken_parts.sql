-- Which parts of these tables of a database could not be read when the server started, and when, in epoch milliseconds, did it set them aside?
SELECT table, name AS part, toUnixTimestamp64Milli(toDateTime64(modification_time, 3)) AS set_aside_at
FROM system.detached_parts
WHERE database = {database:String} AND has({tables:Array(String)}, table) AND (startsWith(name, 'broken') OR startsWith(name, 'covered-by-broken'))
ORDER BY table, part
