-- When was the latest undo? 0 before the first.
SELECT toUnixTimestamp64Milli(max(undone_at)) AS undone_at
FROM identity_undos
