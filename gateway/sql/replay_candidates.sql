-- Which rejected events of a source, code, name and time come after a place in the list, oldest first, and were they replayed before?
SELECT
    source_id, toUnixTimestamp64Milli(received_at) AS received_at, message_id, code, raw,
    toString(segment_id) AS segment_id, segment_index,
    (segment_id, segment_index) IN
    (
        SELECT segment_id, segment_index
        FROM rejected_replays
        WHERE received_at >= {from:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
    ) AS is_replayed
FROM rejected_events
WHERE rejected_events.received_at >= {from:DateTime64(3, 'UTC')} AND rejected_events.received_at < {to:DateTime64(3, 'UTC')}
  AND (rejected_events.received_at, toString(rejected_events.segment_id), rejected_events.segment_index)
      > ({after:DateTime64(3, 'UTC')}, {segment_id:String}, {segment_index:Int64})
  AND ({source:String} = '' OR source_id = {source:String})
  AND ({code:String} = '' OR code = {code:String})
  AND ({event:String} = '' OR event = {event:String})
  AND (empty({ids:Array(String)}) OR concat(toString(rejected_events.segment_id), ':', toString(segment_index)) IN {ids:Array(String)})
ORDER BY rejected_events.received_at, toString(rejected_events.segment_id), rejected_events.segment_index
LIMIT {limit:UInt32}
