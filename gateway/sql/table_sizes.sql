-- How large is each table, and how many parts does it have, in all and in the partition that has most?
SELECT table, sum(part_rows) AS rows, sum(part_bytes) AS bytes, sum(partition_parts) AS parts, max(partition_parts) AS most_parts
FROM
(
    SELECT table, partition_id, sum(parts.rows) AS part_rows, sum(parts.bytes_on_disk) AS part_bytes, count() AS partition_parts
    FROM system.parts AS parts
    WHERE parts.database = {database:String} AND parts.active
    GROUP BY table, partition_id
)
GROUP BY table
ORDER BY bytes DESC, table
