-- Who asked not to be stored must not be stored after a power cut either.
ALTER TABLE suppressions MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1
