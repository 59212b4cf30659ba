-- Which people and groups do the new events speak of? E-mails are found through them, but for those that only a copy tells of: it may
-- have lost its place, and its links with it.
SELECT DISTINCT pair.1 AS type, pair.2 AS value
FROM
(
    SELECT
        user_id, anonymous_id, group_id,
        if(type = 'alias', JSONExtractString(properties, 'previousId'), '') AS previous_id,
        if(
            type = 'identify' AND id_hash IN (SELECT id_hash FROM stitch_news GROUP BY id_hash HAVING count() > 1),
            lowerUTF8(trimBoth(JSONExtractString(traits, 'email'))),
            ''
        ) AS email
    FROM stitch_news
)
ARRAY JOIN
    [
        ('user_id', user_id), ('anonymous_id', anonymous_id), ('group_id', group_id),
        ('user_id', previous_id), ('anonymous_id', previous_id), ('email', email)
    ] AS pair
WHERE pair.2 != ''
ORDER BY type, value
