-- Members of properties and traits that are never stored of a source.
ALTER TABLE source_settings ADD COLUMN IF NOT EXISTS never_stored Array(String)
