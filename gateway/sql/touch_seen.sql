-- Which events are touches of those people on these days, or start a visit?
SELECT group_id, person, day, timestamp, source_id, message_id, touch_names, touch_topic, starts_visit, person_received_at
FROM touch_visits
WHERE day IN {days:Array(Date32)} AND person IN (SELECT person FROM touch_nodes)
