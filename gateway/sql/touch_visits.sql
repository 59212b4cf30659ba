-- Which page views start a visit? The first of a device, one after a gap, one of another session than the view before.
-- A gap starts a visit whatever the session says: what lies further back than a gap is not read.
SELECT
    *,
    call IN ('page', 'screen') AS is_view,
    is_view AND
    (
        row_number() OVER device_order = 1
        OR toUnixTimestamp64Milli(timestamp) - toUnixTimestamp64Milli(lagInFrame(timestamp) OVER device_order) > 60000 * {gap_minutes:UInt32}
        OR (session_id != '' AND lagInFrame(session_id, 1, session_id) OVER device_order NOT IN ('', session_id))
    ) AS starts_visit,
    max(received_at) OVER (PARTITION BY person, day) AS person_received_at
FROM touch_named
WINDOW device_order AS (PARTITION BY device, is_view ORDER BY timestamp, source_id, message_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
