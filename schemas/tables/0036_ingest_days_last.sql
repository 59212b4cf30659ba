-- When the source sent its last event of the day, so that nobody has to read all counts to tell when a silent source last spoke.
ALTER TABLE ingest_days ADD COLUMN IF NOT EXISTS last_received_at DateTime64(3, 'UTC')
