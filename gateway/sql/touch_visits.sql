-- Which page views start a visit? The first of a device, one of another session than the one before, or, where the SDK tells no sessions, one after a gap.
SELECT
    *,
    call IN ('page', 'screen') AS is_view,
    lagInFrame(session_id, 1, '') OVER device_order AS session_before,
    toUnixTimestamp64Milli(timestamp) - toUnixTimestamp64Milli(lagInFrame(timestamp) OVER device_order) > 60000 * {gap_minutes:UInt32} AS is_after_gap,
    is_view AND
    (
        row_number() OVER device_order = 1
        OR if(session_id != '' AND session_before != '', session_id != session_before, is_after_gap)
    ) AS starts_visit,
    max(received_at) OVER (PARTITION BY person, day) AS person_received_at
FROM touch_named
WINDOW device_order AS (PARTITION BY device, is_view ORDER BY timestamp, source_id, message_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
