-- Writes account_scores. A band is kept until the score is `hysteresis` points below it: the last crossing decides, first that of the day before.
SELECT
    account_id, {model:String} AS model, {model_version:UInt32} AS model_version, toDate32(asof) AS day, score, points,
    arrayElement(['cold', 'engaged', 'warm', 'hot'], 1
        + ifNull(anyLast(multiIf(score >= {engaged:Float64}, 1, score < {engaged:Float64} - {hysteresis:Float64}, 0, NULL)) OVER past, before.band IN ('engaged', 'warm', 'hot'))
        + ifNull(anyLast(multiIf(score >= {warm:Float64}, 1, score < {warm:Float64} - {hysteresis:Float64}, 0, NULL)) OVER past, before.band IN ('warm', 'hot'))
        + ifNull(anyLast(multiIf(score >= {hot:Float64}, 1, score < {hot:Float64} - {hysteresis:Float64}, 0, NULL)) OVER past, before.band = 'hot')
    ) AS band,
    categories, breadth, surge, surge_index, negative, people, last_at AS last_touch_at
FROM score_parts
LEFT JOIN
(
    SELECT account_id, band
    FROM account_scores FINAL
    WHERE model = {model:String} AND model_version = {model_version:UInt32}
      AND day >= toDate32({from:Int32} - 1) AND (account_id, day) IN (SELECT account_id, toDate32(from_day - 1) FROM score_dirty)
) AS before ON before.account_id = score_parts.account_id
WINDOW past AS (PARTITION BY account_id ORDER BY asof ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
