-- Ends inserts that carry any of these segments and still run, and waits for their end.
KILL QUERY WHERE hasAny(splitByChar(' ', Settings['log_comment']), {segments:Array(String)}) SYNC
