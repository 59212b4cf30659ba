import type { EventRow } from '@waymark/schemas/row'

/**
 * A row of `events` as a JSON array in the order of `EVENT_COLUMNS`. The four columns that are JSON text themselves, the last ones, stand
 * in it as the objects they are: the engine reads an object into a text column as it is written, and nothing is written and escaped twice.
 */
export function eventLine(row: EventRow): string {
  const scalars = JSON.stringify([
    row.message_id,
    row.source_id,
    row.trust,
    row.type,
    row.event,
    row.anonymous_id,
    row.user_id,
    row.group_id,
    row.session_id,
    row.client_seq,
    row.timestamp,
    row.original_timestamp,
    row.sent_at,
    row.received_at,
    row.clock_offset_ms,
    row.url,
    row.path,
    row.referrer,
    row.title,
    row.channel,
    row.medium,
    row.campaign_name,
    row.campaign_source,
    row.campaign_medium,
    row.campaign_term,
    row.campaign_content,
    row.campaign_id,
    row.click_id,
    row.browser,
    row.os,
    row.device,
    row.country,
    row.is_bot,
    row.bot_reason,
  ])
  return `${scalars.slice(0, -1)},${object(row.consent)},${object(row.properties)},${object(row.traits)},${object(row.context)}]\n`
}

/** JSON text of an object on one line, as `enrich` writes it; any other text is quoted, for a line must stay one. */
function object(text: string): string {
  return text.startsWith('{') && !text.includes('\n') ? text : JSON.stringify(text)
}
