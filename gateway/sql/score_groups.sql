-- How much evidence does each person, type and topic give as of each day? x = Σ worth · 2^(−age/H).
-- Sums of numbers with a fraction are made of whole multiples of 2^−64 here and below, so that they do not depend on the order of rows.
SELECT
    account_id, asof, profile_id, identified, role, type, topic, category_no,
    toFloat64(sum(toInt128(worth * exp2(-(asof - day) / {half_lives:Array(Float64)}[category_no]) * exp2(64)))) / exp2(64) AS x,
    sum(n) AS count, max(last_at) AS last_at, min(day) AS first_day,
    countIf(is_person_day AND asof - day < {recent_days:Int32}) AS recent,
    countIf(is_person_day AND asof - day >= {recent_days:Int32} AND asof - day < {recent_days:Int32} + {base_days:Int32}) AS base
FROM
(
    SELECT *, arrayJoin(range(greatest(from_day, day), least({to_day:Int32}, day + {window_days:Int32} - 1) + 1)) AS asof
    FROM score_days
)
GROUP BY account_id, asof, profile_id, identified, role, type, topic, category_no
