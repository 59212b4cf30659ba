-- Which accounts match, in the asked order, from a place in the list on (or, backwards, before it)? With `only`: how does this one stand?
WITH
    -- The day of the last finished run: rows of a day that is still being scored are not shown, and where nothing but robots came there are none.
    (
        SELECT argMax(JSONExtractInt(watermark, 'through'), run)
        FROM job_runs FINAL
        WHERE job = 'scores' AND state = 'done' AND JSONExtractString(watermark, 'model') = concat({model:String}, '@', toString({model_version:UInt32}))
    ) AS scored_through,
    (SELECT max(day) FROM account_scores WHERE model = {model:String} AND model_version = {model_version:UInt32}) AS stored_through,
    if(scored_through > 0, toDate32(scored_through), stored_through) AS horizon
SELECT
    account_id, name, domain, label, scored_on, score, points, band, surge_index, people, last_touch_at,
    stage, status, since, status_since, number_key, text_key
FROM
(
    SELECT
        a.account_id AS account_id, a.name AS name, a.domain AS domain,
        multiIf(a.name != '', a.name, a.domain != '', a.domain, k.first_key != '', k.first_key, a.account_id) AS label,
        ifNull(if(horizon > toDate32('1970-01-01'), toString(horizon), ''), '') AS scored_on,
        s.score AS score, s.points AS points, if(s.band = '', 'cold', s.band) AS band, s.surge_index AS surge_index,
        m.people AS people,
        s.touched_at AS last_touch_at,
        j.stage AS stage, j.status AS status, j.entered_at AS since, j.status_at AS status_since,
        multiIf({by:String} = 'score', s.score, {by:String} = 'people', toFloat64(m.people), {by:String} = 'lastTouchAt', toFloat64(s.touched_at),
            {by:String} = 'since', toFloat64(j.entered_at), {by:String} = 'change', s.score - w.score, 0.) * if({is_descending:UInt8} = 1, -1, 1) AS number_key,
        if({by:String} = 'name', lowerUTF8(label), '') AS text_key
    FROM
    (
        SELECT account_id, name, domain FROM accounts FINAL WHERE {only:String} = '' OR account_id = {only:String}
    ) AS a
    LEFT JOIN
    (
        SELECT account_id, score, points, band, surge_index, ifNull(toUnixTimestamp64Milli(last_touch_at), 0) AS touched_at
        FROM account_scores FINAL
        WHERE day = horizon AND model = {model:String} AND model_version = {model_version:UInt32} AND ({only:String} = '' OR account_id = {only:String})
    ) AS s ON s.account_id = a.account_id
    LEFT JOIN
    (
        -- Only where it decides the order: the page's own changes are looked up by their accounts.
        SELECT account_id, score
        FROM account_scores FINAL
        WHERE {by:String} = 'change' AND day = horizon - 7 AND model = {model:String} AND model_version = {model_version:UInt32}
    ) AS w ON w.account_id = a.account_id
    LEFT JOIN
    (
        SELECT account_id, stage, status, toUnixTimestamp64Milli(since) AS entered_at, toUnixTimestamp64Milli(status_since) AS status_at
        FROM stage_current FINAL
        WHERE model = {journey:String} AND ({only:String} = '' OR account_id = {only:String})
    ) AS j ON j.account_id = a.account_id
    LEFT JOIN
    (
        SELECT account_id, uniqExact(profile_id) AS people
        FROM memberships FINAL
        WHERE valid_to > {now:DateTime64(3, 'UTC')} AND ({only:String} = '' OR account_id = {only:String})
        GROUP BY account_id
    ) AS m ON m.account_id = a.account_id
    LEFT JOIN
    (
        SELECT account_id, min(value) AS first_key, groupArray(value) AS all_keys
        FROM account_keys FINAL
        WHERE {only:String} = '' OR account_id = {only:String}
        GROUP BY account_id
    ) AS k ON k.account_id = a.account_id
    WHERE ({stage:String} = '' OR j.stage = {stage:String})
      AND ({status:String} = '' OR j.status = {status:String})
      AND ({band:String} = '' OR band = {band:String})
      AND ({q:String} = '' OR positionCaseInsensitiveUTF8(label, {q:String}) > 0 OR a.account_id = {q:String}
           OR arrayExists(key -> positionCaseInsensitiveUTF8(key, {q:String}) > 0, k.all_keys))
)
WHERE {after_id:String} = ''
   OR if({is_backwards:UInt8} = 1, number_key < {after_number:Float64}, number_key > {after_number:Float64})
   OR (number_key = {after_number:Float64}
       AND (if({is_descending:UInt8} != {is_backwards:UInt8}, text_key < {after_text:String}, text_key > {after_text:String})
            OR (text_key = {after_text:String}
                AND if({is_backwards:UInt8} = 1, account_id < {after_id:String}, account_id > {after_id:String}))))
ORDER BY
    number_key * if({is_backwards:UInt8} = 1, -1, 1),
    if({is_descending:UInt8} != {is_backwards:UInt8}, '', text_key), if({is_descending:UInt8} != {is_backwards:UInt8}, text_key, '') DESC,
    if({is_backwards:UInt8} = 1, '', account_id), if({is_backwards:UInt8} = 1, account_id, '') DESC
LIMIT {limit:UInt32}
