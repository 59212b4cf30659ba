-- A key that was shown once must not be gone after a power cut: its senders have it.
ALTER TABLE keys MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1
