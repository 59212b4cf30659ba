-- Which pairs of identifiers does each event speak of? A pair without a right side says that the identifier was seen.
-- sign '-': seen together, joins nobody (role mailbox, a browser's alias, a group); email_host rows date an account's first address.
WITH
    if(user_id != '', 'user_id', 'anonymous_id') AS node_type,
    if(user_id != '', user_id, anonymous_id) AS node,
    (value) -> (value = '' OR match(value, '^[0-]+$') OR has({blocked:Array(String)}, lowerUTF8(value))) AS is_blocked,
    if(type = 'identify', lowerUTF8(trimBoth(JSONExtractString(traits, 'email'))), '') AS email_trait,
    if(match(email_trait, '^[^@\\s<>",;]+@[^@\\s<>",;]+\\.[^@\\s<>",;.]{2,}$') AND length(email_trait) <= 254, email_trait, '') AS email,
    splitByChar('@', email)[1] AS mailbox,
    splitByChar('@', email)[2] AS email_host,
    has({mailboxes:Array(String)}, mailbox) AS is_role,
    -- An address is somebody's only through the identifier that came with it.
    if(is_role OR is_blocked(node), '', email) AS own_email,
    -- As in Segment, previousId may be an anonymous id or a user id: it is both, and only what some event carried counts.
    if(type = 'alias', JSONExtractString(properties, 'previousId'), '') AS previous_id,
    if(is_blocked(group_id), '', group_id) AS account,
    [
        ('user_id', user_id, '', '', '+'),
        ('anonymous_id', anonymous_id, '', '', '+'),
        ('email', own_email, '', '', '+'),
        ('email_host', email_host, '', '', '+'),
        ('group_id', account, '', '', '+')
    ] AS seen,
    [
        ('user_id', user_id, 'anonymous_id', anonymous_id, if(is_blocked(anonymous_id), '', '+')),
        (node_type, node, 'email', email, if(is_role, '-', '+')),
        (node_type, node, 'group_id', account, '-'),
        ('user_id', user_id, 'anonymous_id', previous_id, if(is_blocked(previous_id), '', if(trust = 'server', '+', '-'))),
        ('user_id', user_id, 'user_id', previous_id, if(is_blocked(previous_id) OR trust != 'server' OR previous_id = user_id, '', '+'))
    ] AS together,
    arrayConcat(
        arrayFilter(pair -> pair.2 != '', seen),
        arrayFilter(pair -> pair.2 != '' AND pair.4 != '' AND pair.5 != '' AND NOT is_blocked(pair.2), together)
    ) AS pairs
SELECT
    (pair.1, pair.2, pair.3, pair.4, toString(source_id), toString(trust), pair.5, toDate(timestamp)) AS edge,
    timestamp, received_at
FROM stitch_events
ARRAY JOIN pairs AS pair
