-- Which parts add up to the points? The largest on their own, then what negatives would take below zero, then the rest as one.
SELECT
    account_id, asof, score, points, categories, breadth, surge, surge_index, negative, people, last_at,
    CAST(arrayConcat(
        arrayFlatten(arrayMap(
            share -> arrayMap(
                touch -> (
                    'touch', share.1, touch.1, touch.2, {category_names:Array(String)}[share.2],
                    z[indexOf(category_nos, share.2)] * share.3 / sums[indexOf(category_nos, share.2)] * (touch.3 / share.4), touch.4, touch.5
                ),
                arrayFilter(touch -> touch.3 > 0, share.5)
            ),
            arrayFilter(share -> has(category_nos, share.2), shares)
        )),
        arrayMap((person, e) -> ('breadth', person, '', '', '', breadth * e / committee, 0, never), named_people, named_engagement),
        arrayMap((person, e) -> ('breadth', person, '', '', '', breadth * e / greatest(1., unnamed_sum) / committee, 0, never), unnamed_people, unnamed_engagement),
        arrayFlatten(arrayMap(
            share -> arrayMap(touch -> ('negative', share.1, touch.1, touch.2, '', -touch.3, touch.4, touch.5), share.5),
            arrayFilter(share -> share.2 = 2, shares)
        )),
        [('surge', '', '', '', '', surge, 0, never)]
    ), 'Array(Tuple(kind String, profile_id String, type String, topic String, category String, points Float64, count UInt64, last_at DateTime64(3, \'UTC\')))') AS parts,
    -- A billionth of a point is no difference: equal parts rank by name.
    arraySort(part -> (-round(abs(part.points) * 1e9), part.kind, part.profile_id, part.type, part.topic), arrayFilter(part -> part.points != 0, parts)) AS ranked,
    arraySlice(ranked, 1 + {most_reasons:UInt32}) AS rest,
    arrayConcat(
        arraySlice(ranked, 1, {most_reasons:UInt32}),
        if(points = raw, [], [('floor', '', '', '', '', points - raw, 0, never)]),
        if(empty(rest), [], [('other', '', '', '', '', arraySum(part -> part.points, rest), arraySum(part -> part.count, rest), never)])
    ) AS reasons,
    toDateTime64('1970-01-01 00:00:00', 3, 'UTC') AS never
FROM score_results
