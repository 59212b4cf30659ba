-- How many parts of a database's tables could not be read when the server started, and of which tables?
SELECT count() AS parts, arraySort(groupUniqArray(table)) AS tables
FROM system.detached_parts
WHERE database = {database:String} AND startsWith(assumeNotNull(reason), 'broken')
