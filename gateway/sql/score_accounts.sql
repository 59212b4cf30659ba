-- What do the people of each account add up to, per category and per person? sumMap leaves out what has decayed to nothing.
SELECT
    account_id, asof, 1 AS one, uniqExact(profile_id) AS people, max(last_touch_at) AS last_at, asof - min(first_touch_day) AS known_days,
    sum(recent_days) AS recent, sum(base_days) AS base,
    toFloat64(sumIf(toInt128(evidence * exp2(64)), category_no = 2)) / exp2(64) AS negative,
    sumMapIf([category_no], [toInt128(role * y * exp2(64))], category_no > 2) AS weighted,
    sumMapIf([profile_id], [toInt128(y * exp2(64))], {actives:Array(UInt8)}[category_no] = 1 AND identified) AS named,
    sumMapIf([profile_id], [toInt128(y * exp2(64))], {actives:Array(UInt8)}[category_no] = 1 AND NOT identified) AS unnamed,
    groupArray((profile_id, category_no, role * y, evidence, touch_groups)) AS shares
FROM score_shares
GROUP BY account_id, asof
