-- Writes identifier_traits: what the new segments say of a person (identify) or of a group.
-- version = trust, then time, then a hash of what was said: whatever order the events come in, the same value is the latest.
INSERT INTO identifier_traits (identifier_type, identifier, name, value, source_id, trust, set_at, version)
WITH
    multiIf(type = 'group', 'group_id', user_id != '', 'user_id', 'anonymous_id') AS owner_type,
    multiIf(type = 'group', group_id, user_id != '', user_id, anonymous_id) AS owner,
    bitOr(
        bitShiftLeft(toUInt128(trust = 'server'), 120),
        bitOr(
            bitShiftLeft(toUInt128(greatest(0, toUnixTimestamp64Milli(timestamp))), 64),
            toUInt128(sipHash64(trait.2, source_id))
        )
    ) AS rank
SELECT
    owner_type, owner, trait.1,
    argMax(trait.2, rank), argMax(source_id, rank), argMax(trust, rank), argMax(timestamp, rank), max(rank)
FROM events_unique(from = {received_from:DateTime64(3, 'UTC')}, to = {received_until:DateTime64(3, 'UTC')})
ARRAY JOIN JSONExtractKeysAndValuesRaw(traits) AS trait
WHERE type IN ('identify', 'group') AND owner != '' AND trait.1 NOT IN ('', '__proto__', 'constructor', 'prototype')
  AND segment_id IN
  (
      SELECT segment_id
      FROM ingest_counts
      WHERE loaded_at >= {loaded_from:DateTime64(3, 'UTC')} AND loaded_at < {loaded_to:DateTime64(3, 'UTC')}
  )
GROUP BY owner_type, owner, trait.1
