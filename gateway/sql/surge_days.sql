-- How did the whole workspace move as of each closed day? s = recent ÷ expected person-days, phi = pooled variance ÷ mean of weekly
-- counts per account (its group id, else the person alone). A function of touch_daily alone, so that a merge of people changes no season;
-- rounded to hundredths, so that a late event seldom does.
SELECT
    toString(toDate32(closed_day)) AS day,
    round((recent + 1) / {recent_weeks:UInt32} / ((base + {base_weeks:UInt32} / {recent_weeks:UInt32}) / {base_weeks:UInt32}), 2) AS s,
    round(greatest(1., if(base = 0, 1., (squares - unit_squares / {base_weeks:UInt32}) / ({base_weeks:UInt32} - 1) / (base / {base_weeks:UInt32}))), 2) AS phi
FROM
(
    SELECT closed_day, sum(unit_recent) AS recent, sum(unit_base) AS base, sum(unit_base * unit_base) AS unit_squares, sum(week_squares) AS squares
    FROM
    (
        SELECT
            closed_day, unit, sumIf(person_days, week < {recent_weeks:UInt32}) AS unit_recent, sumIf(person_days, week >= {recent_weeks:UInt32}) AS unit_base,
            sumIf(person_days * person_days, week >= {recent_weeks:UInt32}) AS week_squares
        FROM
        (
            SELECT closed_day, unit, intDiv(closed_day - day, 7) AS week, sum(is_touched) AS person_days
            FROM
            (
                SELECT
                    if(max(account_hint) = '', concat('person ', node_type, ' ', node), concat('account ', max(account_hint))) AS unit,
                    toInt32(touched_on) AS day, 1 AS is_touched,
                    arrayJoin(range(greatest({from_day:Int32}, day), least({to_day:Int32}, day + 7 * ({recent_weeks:UInt32} + {base_weeks:UInt32}) - 1) + 1)) AS closed_day
                FROM (SELECT account_hint, node_type, node, type, day AS touched_on FROM touch_daily FINAL)
                WHERE type IN {active_types:Array(String)}
                  AND touched_on BETWEEN toDate32({from_day:Int32} - 7 * ({recent_weeks:UInt32} + {base_weeks:UInt32}) + 1) AND toDate32({to_day:Int32})
                GROUP BY node_type, node, touched_on
                UNION ALL
                -- Every day since the first touch has a season, also one that nothing preceded.
                SELECT '', closed_day, 0, closed_day
                FROM (SELECT toInt32(arrayJoin(range(toUInt32(greatest({from_day:Int32}, toInt32(min(day)))), toUInt32(greatest({to_day:Int32} + 1, 0))))) AS closed_day FROM touch_daily FINAL WHERE type IN {active_types:Array(String)} HAVING count() > 0)
            )
            GROUP BY closed_day, unit, week
        )
        GROUP BY closed_day, unit
    )
    GROUP BY closed_day
)
ORDER BY day
