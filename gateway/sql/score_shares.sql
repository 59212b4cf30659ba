-- What does each person give to each category? y = M (1 − e^(−x/M)).
SELECT
    account_id, asof, profile_id, identified, role, category_no,
    toFloat64(sum(toInt128(x * exp2(64)))) / exp2(64) AS evidence,
    {person_caps:Array(Float64)}[category_no] AS person_cap,
    if(category_no > 2, person_cap * (1 - exp(-evidence / person_cap)), 0) AS y,
    max(last_at) AS last_touch_at, min(first_day) AS first_touch_day, sum(recent) AS recent_days, sum(base) AS base_days,
    groupArray((type, topic, x, count, last_at)) AS touch_groups
FROM score_groups
GROUP BY account_id, asof, profile_id, identified, role, category_no
