-- What did the people of an account do within a span of time, newest first, before a place in the list?
WITH
    members AS
    (
        SELECT profile_id, arrayFlatten(groupArray(primary_spans)) AS spans
        FROM memberships FINAL
        WHERE account_id = {account_id:String}
        GROUP BY profile_id
    ),
    nodes AS
    (
        SELECT i.identifier_type AS node_type, i.identifier AS node, m.spans AS spans
        FROM
        (
            SELECT identifier_type, identifier, profile_id
            FROM identity_map FINAL
            WHERE profile_id IN (SELECT profile_id FROM members)
        ) AS i
        INNER JOIN members AS m ON m.profile_id = i.profile_id
        WHERE i.identifier_type IN ('user_id', 'anonymous_id')
    ),
    own_groups AS
    (
        SELECT value FROM account_keys FINAL WHERE account_id = {account_id:String} AND kind = 'group_id'
    )
SELECT
    e.message_id AS message_id, e.source_id AS source_id, e.client_seq AS client_seq,
    toString(e.segment_id) AS segment_id, e.segment_index AS segment_index,
    toUnixTimestamp64Milli(e.timestamp) AS at, toUnixTimestamp64Milli(e.received_at) AS received_at,
    e.type AS type, e.event AS event, e.title AS title, e.url AS url, e.path AS path, e.referrer AS referrer, e.channel AS channel,
    e.is_bot AS is_bot, e.bot_reason AS bot_reason, e.properties AS properties, e.node_type AS node_type, e.node AS node
FROM
(
    SELECT *, if(user_id != '', 'user_id', 'anonymous_id') AS node_type, if(user_id != '', user_id, anonymous_id) AS node
    FROM events_unique(from = {received_from:DateTime64(3, 'UTC')}, to = {received_to:DateTime64(3, 'UTC')})
    -- Days for the key and numbers for the rest: a shard cannot read every time that is told to it within a view.
    WHERE toDate(timestamp) >= toDate({from:DateTime64(3, 'UTC')}) AND toDate(timestamp) <= toDate({before_at:DateTime64(3, 'UTC')})
      AND toUnixTimestamp64Milli(timestamp) >= toUnixTimestamp64Milli({from:DateTime64(3, 'UTC')})
      -- Of one millisecond the later in its page, then the later received, then the later in its request is the newer.
      AND (toUnixTimestamp64Milli(timestamp), client_seq, toUnixTimestamp64Milli(received_at), segment_index, events_unique.segment_id)
          < (toUnixTimestamp64Milli({before_at:DateTime64(3, 'UTC')}), {before_seq:UInt64},
             toUnixTimestamp64Milli({before_received:DateTime64(3, 'UTC')}), {before_index:UInt32}, {before_segment:UUID})
      AND
      (
          group_id IN (SELECT value FROM own_groups)
          -- An event that names another account is that account's, whoever did it.
          OR (group_id = '' AND user_id IN (SELECT node FROM nodes WHERE node_type = 'user_id'))
          OR (group_id = '' AND user_id = '' AND anonymous_id IN (SELECT node FROM nodes WHERE node_type = 'anonymous_id'))
      )
) AS e
LEFT JOIN nodes AS n ON n.node_type = e.node_type AND n.node = e.node
WHERE e.group_id != '' OR arrayExists(span -> toDate32(e.timestamp) BETWEEN span.1 AND span.2, n.spans)
ORDER BY e.timestamp DESC, e.client_seq DESC, e.received_at DESC, e.segment_index DESC, e.segment_id DESC
LIMIT {limit:UInt32}
