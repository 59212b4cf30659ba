-- How did this account score on this day, and why?
SELECT
    score, points, categories, breadth, surge, surge_index, negative, toUInt32(people) AS people, toUnixTimestamp64Milli(last_at) AS last_touch_at,
    arrayMap(part -> CAST(
        (part.1, part.2, part.3, part.4, part.5, part.6, part.7, toUnixTimestamp64Milli(part.8)),
        'Tuple(kind String, profile_id String, type String, topic String, category String, points Float64, count UInt64, last_at Int64)'
    ), reasons) AS reasons
FROM score_parts
