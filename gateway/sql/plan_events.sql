-- Which events of these sources came with the segments that were loaded in a span, a page at a time?
SELECT
    source_id, toUnixTimestamp(toStartOfHour(events.received_at)) * 1000 AS hour, toUnixTimestamp64Milli(events.received_at) AS received_at,
    type, event, properties, traits, toString(events.segment_id) AS segment_id, segment_index
FROM events
WHERE segment_id IN
  (
      SELECT segment_id
      FROM ingest_counts
      WHERE loaded_at >= {loaded_from:DateTime64(3, 'UTC')} AND loaded_at < {loaded_to:DateTime64(3, 'UTC')}
  )
  AND events.received_at >= {received_from:DateTime64(3, 'UTC')} AND events.received_at < {received_end:DateTime64(3, 'UTC')}
  AND (source_id IN {sources:Array(String)} OR ({others:UInt8} AND source_id NOT IN {not_others:Array(String)}))
  AND type != 'alias'
  AND (events.segment_id, events.segment_index) > (toUUID({after_id:String}), {after_index:Int64})
ORDER BY events.segment_id, events.segment_index
LIMIT {limit:UInt32}
