-- Turns landed rows into events, and nothing else: everything derived is a job.
CREATE MATERIALIZED VIEW IF NOT EXISTS events_in_mv TO events AS
SELECT
    message_id, source_id, trust, type, event, anonymous_id, user_id, group_id, session_id, client_seq,
    fromUnixTimestamp64Milli(timestamp, 'UTC') AS timestamp,
    fromUnixTimestamp64Milli(original_timestamp, 'UTC') AS original_timestamp,
    fromUnixTimestamp64Milli(sent_at, 'UTC') AS sent_at,
    fromUnixTimestamp64Milli(received_at, 'UTC') AS received_at,
    clock_offset_ms,
    url, path, referrer, title, channel, medium,
    campaign_name, campaign_source, campaign_medium, campaign_term, campaign_content, campaign_id, click_id,
    browser, os, device, country, is_bot, bot_reason, consent, properties, traits, context,
    toUUID(segment_id) AS segment_id, segment_index
FROM events_in
