-- What was set for sources at run time?
SELECT source_id, origins, events_per_second, first_party_id, never_stored, toUnixTimestamp64Milli(changed_at) AS changed_at, version
FROM source_settings FINAL
ORDER BY source_id
