-- Which rows of a segment are already in, by their index?
SELECT
    (SELECT groupArray(segment_index) FROM events WHERE segment_id = {segment:UUID} AND received_at >= {from:DateTime64(3, 'UTC')}) AS events,
    (SELECT groupArray(segment_index) FROM rejected_events WHERE segment_id = {segment:UUID} AND received_at >= {from:DateTime64(3, 'UTC')}) AS rejected,
    (SELECT groupArray(segment_index) FROM ingest_counts WHERE segment_id = {segment:UUID} AND hour >= toStartOfHour({from:DateTime64(3, 'UTC')})) AS counts
