-- Which parts add up to the points? The largest on their own, then what negatives would take below zero, then the rest as one.
-- A billionth of a point is no difference: equal parts rank by name.
SELECT
    account_id, asof, score, points, categories, breadth, surge, surge_index, negative, people, last_at,
    arrayConcat(
        arraySlice(ranked, 1, {most_reasons:UInt32}),
        if(points = raw, [], [('floor', '', '', '', '', points - raw, toUInt64(0), never)]),
        if(empty(rest), [], [('other', '', '', '', '', arraySum(part -> part.6, rest), arraySum(part -> part.7, rest), never)])
    ) AS reasons
FROM
(
    SELECT
        *, arraySort(part -> (-round(abs(part.6) * 1e9), part.1, part.2, part.3, part.4), arrayFilter(part -> part.6 != 0, parts)) AS ranked,
        arraySlice(ranked, 1 + {most_reasons:UInt32}) AS rest
    FROM
    (
        SELECT
            account_id, asof, score, points, raw, categories, breadth, surge, surge_index, negative, people, last_at,
            toDateTime64('1970-01-01 00:00:00', 3, 'UTC') AS never,
            arrayConcat(
                arrayFlatten(arrayMap(
                    (share, factor) -> arrayMap(
                        touch -> ('touch', share.1, touch.1, touch.2, {category_names:Array(String)}[share.2], factor * touch.3, touch.4, touch.5),
                        share.5
                    ),
                    counted,
                    arrayMap(share -> z[indexOf(category_nos, share.2)] * share.3 / sums[indexOf(category_nos, share.2)] / share.4, counted)
                )),
                arrayMap((person, e) -> ('breadth', person, '', '', '', breadth * e / committee, toUInt64(0), never), named_people, named_engagement),
                arrayMap(
                    (person, e) -> ('breadth', person, '', '', '', breadth * e / greatest(1., unnamed_sum) / committee, toUInt64(0), never),
                    unnamed_people, unnamed_engagement
                ),
                arrayFlatten(arrayMap(
                    share -> arrayMap(touch -> ('negative', share.1, touch.1, touch.2, '', -touch.3, touch.4, touch.5), share.5),
                    arrayFilter(share -> share.2 = 2, shares)
                )),
                [('surge', '', '', '', '', surge, toUInt64(0), never)]
            ) AS parts
        FROM (SELECT *, arrayFilter(share -> has(category_nos, share.2), shares) AS counted FROM score_results)
    )
)
