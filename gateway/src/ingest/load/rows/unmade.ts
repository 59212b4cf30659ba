import { EVENT_COLUMNS, type EventRow } from '@waymark/schemas/row'
import { isRecord } from '../../event/json.ts'
import { keepable } from '../../event/keepable.ts'
import type { ReadRequest } from './readKept.ts'

const MOST_CHARS = 64 * 1024

/** What is known of an event of which no row could be made, in the columns of one; the event itself, as JSON text, stands for its properties. */
export function unmadeLine({ facts, events }: ReadRequest, place: number): string {
  const given = events[place]
  const { messageId, type } = isRecord(given) ? given : {}
  const known: Partial<EventRow> = {
    message_id: typeof messageId === 'string' ? messageId : (facts.ids?.[place] ?? ''),
    source_id: facts.source,
    trust: facts.trust,
    type: typeof type === 'string' ? type : '',
    received_at: facts.receivedAt,
    properties: textOf(keepable(given)),
  }
  return JSON.stringify(EVENT_COLUMNS.map(column => known[column] ?? null))
}

function textOf(given: unknown): string {
  try {
    return (JSON.stringify(given) ?? '').slice(0, MOST_CHARS)
  } catch {
    return '' // nested too deep to be written
  }
}
