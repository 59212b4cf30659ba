-- Writes opportunities: the steps that new events tell. The first copy of a message wins: its version is higher.
INSERT INTO opportunities (source_id, message_id, opportunity_id, step, stage, node_type, node, account_hint, amount, currency, at, version)
WITH
    arrayMap(name -> trim(BOTH '" ' FROM JSONExtractRaw(properties, name)), ['opportunity_id', 'opportunityId', 'id']) AS ids,
    arrayMap(name -> trim(BOTH '" ' FROM JSONExtractRaw(properties, name)), ['amount', 'value', 'revenue', 'total']) AS amounts,
    arrayMap(name -> JSONExtractString(properties, name), ['stage', 'stage_name', 'stageName']) AS stages
SELECT
    source_id,
    message_id,
    arrayFirst(id -> id != '', arrayPushBack(arrayFilter(id -> NOT match(id, '^([\\[{]|null$|true$|false$)'), ids), message_id)) AS opportunity_id,
    transform(
        event,
        ['Opportunity Created', 'Opportunity Stage Changed', 'Opportunity Won', 'Opportunity Lost'],
        ['created', 'stage_changed', 'won', 'lost'],
        ''
    ) AS step,
    arrayFirst(told -> told != '', stages) AS stage,
    if(user_id != '', 'user_id', 'anonymous_id') AS node_type,
    if(user_id != '', user_id, anonymous_id) AS node,
    group_id AS account_hint,
    toDecimal64OrZero(arrayFirst(told -> match(told, '^-?[0-9]{1,14}([.][0-9]+)?$'), amounts), 4) AS amount,
    upper(extract(JSONExtractString(properties, 'currency'), '^ *([A-Za-z]{3}) *$')) AS currency,
    timestamp AS at,
    9007199254740991 - toUnixTimestamp64Milli(received_at) AS version
FROM events_unique(from = {received_from:DateTime64(3, 'UTC')}, to = {received_end:DateTime64(3, 'UTC')})
WHERE type = 'track' AND event IN ('Opportunity Created', 'Opportunity Stage Changed', 'Opportunity Won', 'Opportunity Lost')
  AND segment_id IN
  (
      SELECT segment_id
      FROM ingest_counts
      WHERE loaded_at >= {loaded_from:DateTime64(3, 'UTC')} AND loaded_at < {loaded_to:DateTime64(3, 'UTC')}
  )
