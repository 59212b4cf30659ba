-- What do these events say of a person (identify) or of a group?
-- rank = trust, then time, then a hash of what was said: whatever order the events come in, the same value is the latest.
SELECT
    multiIf(type = 'group', 'group_id', user_id != '', 'user_id', 'anonymous_id') AS owner_type,
    multiIf(type = 'group', group_id, user_id != '', user_id, anonymous_id) AS owner,
    trait.1 AS name, trait.2 AS value, toString(source_id) AS source, toString(trust) AS trusted, timestamp AS said_at,
    bitOr(
        bitShiftLeft(toUInt128(trust = 'server'), 120),
        bitOr(
            bitShiftLeft(toUInt128(greatest(0, toUnixTimestamp64Milli(timestamp))), 64),
            toUInt128(sipHash64(value, source_id))
        )
    ) AS rank,
    (segment_id, segment_index) NOT IN (SELECT segment_id, segment_index FROM stitch_copies) AS is_valid
FROM stitch_news
ARRAY JOIN JSONExtractKeysAndValuesRaw(traits) AS trait
WHERE type IN ('identify', 'group') AND owner != '' AND trait.1 NOT IN ('', '__proto__', 'constructor', 'prototype')
  AND ({is_history:UInt8} OR toDate(timestamp) IN {days:Array(Date)})
