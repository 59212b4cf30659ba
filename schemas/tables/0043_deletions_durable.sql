-- A request to erase that was taken must not be forgotten by a power cut.
ALTER TABLE deletions MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1
