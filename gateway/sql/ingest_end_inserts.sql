-- Ends inserts of a segment that still run, and waits for their end.
KILL QUERY WHERE startsWith(query_id, {segment:String}) SYNC
