-- A replay that is forgotten would be counted, and made, twice.
ALTER TABLE rejected_replays MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1
