-- Which events were rejected before a place in the list and since a moment, newest first, of one source, code or name or of all?
SELECT
    source_id, toUnixTimestamp64Milli(received_at) AS received_at, index, message_id, code, path, message, raw, event,
    toString(segment_id) AS segment_id, segment_index,
    (rejected_events.segment_id, rejected_events.segment_index) IN
    (
        SELECT segment_id, segment_index
        FROM rejected_replays
        WHERE received_at >= {since:DateTime64(3, 'UTC')} AND received_at <= {before:DateTime64(3, 'UTC')}
    ) AS is_replayed
FROM rejected_events
WHERE rejected_events.received_at <= {before:DateTime64(3, 'UTC')} AND rejected_events.received_at >= {since:DateTime64(3, 'UTC')}
  AND (rejected_events.received_at, toString(rejected_events.segment_id), rejected_events.segment_index)
      < ({before:DateTime64(3, 'UTC')}, {segment_id:String}, {segment_index:UInt32})
  AND ({source:String} = '' OR source_id = {source:String})
  AND ({code:String} = '' OR code = {code:String})
  AND ({event:String} = '' OR event = {event:String})
ORDER BY rejected_events.received_at DESC, toString(rejected_events.segment_id) DESC, rejected_events.segment_index DESC
LIMIT {limit:UInt32}
