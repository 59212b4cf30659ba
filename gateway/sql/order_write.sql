-- Writes orders: what new events tell of orders, refunds and cancellations. The first copy of a message wins: its version is higher.
INSERT INTO orders (source_id, message_id, kind, order_id, node_type, node, account_hint, revenue, currency, ordered_at, version)
WITH
    arrayMap(name -> trim(BOTH '" ' FROM JSONExtractRaw(properties, name)), ['order_id', 'orderId']) AS ids,
    arrayMap(name -> trim(BOTH '" ' FROM JSONExtractRaw(properties, name)), ['revenue', 'total', 'value']) AS amounts
SELECT
    source_id,
    message_id,
    transform(event, ['Order Completed', 'Order Refunded', 'Order Cancelled'], ['completed', 'refunded', 'cancelled'], '') AS kind,
    arrayFirst(id -> id != '', arrayPushBack(arrayFilter(id -> NOT match(id, '^([\\[{]|null$|true$|false$)'), ids), message_id)) AS order_id,
    if(user_id != '', 'user_id', 'anonymous_id') AS node_type,
    if(user_id != '', user_id, anonymous_id) AS node,
    group_id AS account_hint,
    toDecimal64OrZero(arrayFirst(amount -> match(amount, '^-?[0-9]{1,14}([.][0-9]+)?$'), amounts), 4) AS revenue,
    upper(extract(JSONExtractString(properties, 'currency'), '^ *([A-Za-z]{3}) *$')) AS currency,
    timestamp AS ordered_at,
    9007199254740991 - toUnixTimestamp64Milli(received_at) AS version
FROM events_unique(from = {received_from:DateTime64(3, 'UTC')}, to = {received_end:DateTime64(3, 'UTC')})
WHERE type = 'track' AND event IN ('Order Completed', 'Order Refunded', 'Order Cancelled')
  AND segment_id IN
  (
      SELECT segment_id
      FROM ingest_counts
      WHERE loaded_at >= {loaded_from:DateTime64(3, 'UTC')} AND loaded_at < {loaded_to:DateTime64(3, 'UTC')}
  )
