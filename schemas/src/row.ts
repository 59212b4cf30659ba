/** Rows as they are stored. Times are epoch milliseconds here and `DateTime64(3, 'UTC')` in the warehouse. */

export type Trust = 'browser' | 'server'

/** One accepted, enriched event: a row of `events` but for the place in its segment, which the spool adds. */
export interface EventRow {
  message_id: string
  source_id: string
  trust: Trust
  type: string
  /** Name of a track event, '' for every other type. */
  event: string
  anonymous_id: string
  user_id: string
  group_id: string
  session_id: string
  client_seq: number
  /** Corrected for the device's clock. */
  timestamp: number
  original_timestamp: number
  sent_at: number
  received_at: number
  /** What was added to the original timestamp. */
  clock_offset_ms: number
  url: string
  path: string
  referrer: string
  title: string
  channel: string
  medium: string
  campaign_name: string
  campaign_source: string
  campaign_medium: string
  campaign_term: string
  campaign_content: string
  campaign_id: string
  click_id: string
  browser: string
  os: string
  device: string
  country: string
  is_bot: 0 | 1
  bot_reason: string
  /** JSON text. */
  consent: string
  properties: string
  traits: string
  context: string
}

/** Order of the columns of `events_in` after `segment_id, segment_index`; a test holds it to the table. */
export const EVENT_COLUMNS = [
  'message_id',
  'source_id',
  'trust',
  'type',
  'event',
  'anonymous_id',
  'user_id',
  'group_id',
  'session_id',
  'client_seq',
  'timestamp',
  'original_timestamp',
  'sent_at',
  'received_at',
  'clock_offset_ms',
  'url',
  'path',
  'referrer',
  'title',
  'channel',
  'medium',
  'campaign_name',
  'campaign_source',
  'campaign_medium',
  'campaign_term',
  'campaign_content',
  'campaign_id',
  'click_id',
  'browser',
  'os',
  'device',
  'country',
  'is_bot',
  'bot_reason',
  'consent',
  'properties',
  'traits',
  'context',
] as const satisfies readonly (keyof EventRow)[]

/** A rejected event: a row of `rejected_events` but for the place in its segment. */
export interface RejectedRow {
  source_id: string
  received_at: number
  index: number
  message_id: string
  code: string
  path: string
  message: string
  /** The event as it came, JSON text, cut at 64 KiB. */
  raw: string
}

export const REJECTED_COLUMNS = [
  'source_id',
  'received_at',
  'index',
  'message_id',
  'code',
  'path',
  'message',
  'raw',
] as const satisfies readonly (keyof RejectedRow)[]

/** What became of the events of one frame, per source and hour: a row of `ingest_counts` but for its segment. */
export interface CountRow {
  source_id: string
  /** Start of the hour of `received_at`, epoch milliseconds. */
  hour: number
  received: number
  deduplicated: number
  rejected: number
  suppressed: number
}
