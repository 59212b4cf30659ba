-- Which events start a visit? Visits are made of what a device shows or sends itself; what a server reports (an invoice, a call) is none.
SELECT
    *,
    call IN ('page', 'screen') OR trust = 'browser' AS is_visit,
    is_visit AND
    (
        row_number() OVER device_order = 1
        OR toUnixTimestamp64Milli(timestamp) - toUnixTimestamp64Milli(lagInFrame(timestamp) OVER device_order) > 60000 * {gap_minutes:UInt32}
        OR (session_id != '' AND lagInFrame(session_id, 1, session_id) OVER device_order NOT IN ('', session_id))
    ) AS starts_visit,
    max(received_at) OVER (PARTITION BY person, day) AS person_received_at
FROM touch_named
WINDOW device_order AS (PARTITION BY device, is_visit ORDER BY timestamp, source_id, message_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
