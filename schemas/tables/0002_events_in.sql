-- Landing place of inserts: plain strings and epoch milliseconds parse fast; its view writes events.
CREATE TABLE IF NOT EXISTS events_in
(
    segment_id String, segment_index UInt32,
    message_id String, source_id String, trust String, type String, event String,
    anonymous_id String, user_id String, group_id String, session_id String, client_seq UInt32,
    timestamp Int64, original_timestamp Int64, sent_at Int64, received_at Int64, clock_offset_ms Int64,
    url String, path String, referrer String, title String, channel String, medium String,
    campaign_name String, campaign_source String, campaign_medium String, campaign_term String, campaign_content String, campaign_id String, click_id String,
    browser String, os String, device String, country String, is_bot UInt8, bot_reason String,
    consent String, properties String, traits String, context String
)
ENGINE = Null
