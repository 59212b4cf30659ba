-- What is the intent of each account as of each day? intent.md section 1, steps 3 to 7; the season is that of the latest closed day before.
SELECT
    *,
    greatest(0., raw) AS points,
    100 * (1 - exp(-points / {scale:Float64})) AS score
FROM
(
    SELECT
        *,
        if(is_comparable, {surge_points:Float64} * greatest(0., deviation), 0.) AS surge,
        if(is_comparable, 50 * (1 + deviation), NULL) AS surge_index,
        arraySum(z) + breadth + surge - negative AS raw,
        CAST(mapFromArrays(arrayMap(c -> {category_names:Array(String)}[c], category_nos), z), 'Map(String, Float64)') AS categories
    FROM
    (
        SELECT
            *,
            arrayMap((c, v) -> {account_caps:Array(Float64)}[c] * (1 - exp(-v / {account_caps:Array(Float64)}[c])), category_nos, sums) AS z,
            arraySum(named_engagement) + least(1., unnamed_sum) AS committee,
            {breadth_points:Float64} * (1 - exp(-greatest(0., committee - 1) / {breadth_committee:Float64})) AS breadth,
            erf(2 * (sqrt(recent + 3 / 8) - sqrt(expected + 3 / 8)) / sqrt(phi) / sqrt(2)) AS deviation
        FROM
        (
            SELECT
                account_id, asof, people, last_at, shares, negative, recent, weighted.1 AS category_nos,
                arrayMap(v -> toFloat64(v) / exp2(64), weighted.2) AS sums,
                named.1 AS named_people, unnamed.1 AS unnamed_people,
                arrayMap(v -> 1 - exp(-toFloat64(v) / exp2(64) / {breadth_person:Float64}), named.2) AS named_engagement,
                arrayMap(v -> 1 - exp(-toFloat64(v) / exp2(64) / {breadth_person:Float64}), unnamed.2) AS unnamed_engagement,
                arraySum(unnamed_engagement) AS unnamed_sum,
                recent >= {min_person_days:UInt32} AND known_days >= {min_known_days:Int32} AS is_comparable,
                if(seasons.dispersion = 0, 1, seasons.dispersion) AS phi,
                {recent_days:Int32} / 7 * if(seasons.dispersion = 0, 1, seasons.s) * (base + 1) / ({base_days:Int32} / 7 + 2) AS expected
            FROM score_accounts AS accounts
            ASOF LEFT JOIN
            (
                SELECT 1 AS always, toInt32(day) AS closed_day, s, phi AS dispersion FROM surge_baseline FINAL WHERE day < {through:Date32}
            ) AS seasons ON seasons.always = accounts.one AND accounts.asof > seasons.closed_day
        )
    )
)
