-- The name of a rejected track event, the type of any other; '' where the text was cut or is no event.
ALTER TABLE rejected_events ADD COLUMN IF NOT EXISTS event String DEFAULT if(JSONExtractString(raw, 'event') != '', substring(JSONExtractString(raw, 'event'), 1, 200), substring(JSONExtractString(raw, 'type'), 1, 200))
