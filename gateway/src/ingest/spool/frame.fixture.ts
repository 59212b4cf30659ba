import type { CountRow, EventRow, RejectedRow } from '@waymark/schemas/row'
import type { Frame, KeptRequest } from './frame.ts'

/** Rows and frames for tests: everything empty but what is asked for. */
export function eventRow(given: Partial<EventRow> & Pick<EventRow, 'message_id'>): EventRow {
  return {
    source_id: 'web',
    trust: 'browser',
    type: 'track',
    event: 'Tested',
    anonymous_id: 'anon-1',
    user_id: '',
    group_id: '',
    session_id: '',
    client_seq: 0,
    timestamp: given.received_at ?? TEST_TIME,
    original_timestamp: given.received_at ?? TEST_TIME,
    sent_at: given.received_at ?? TEST_TIME,
    received_at: TEST_TIME,
    clock_offset_ms: 0,
    url: '',
    path: '',
    referrer: '',
    title: '',
    channel: '',
    medium: '',
    campaign_name: '',
    campaign_source: '',
    campaign_medium: '',
    campaign_term: '',
    campaign_content: '',
    campaign_id: '',
    click_id: '',
    browser: '',
    os: '',
    device: '',
    country: '',
    is_bot: 0,
    bot_reason: '',
    consent: '',
    properties: '{}',
    traits: '{}',
    context: '{}',
    ...given,
  }
}

export const TEST_TIME = Date.UTC(2026, 2, 1, 9, 5)

export function rejectedRow(given: Partial<RejectedRow> = {}): RejectedRow {
  return {
    source_id: 'web',
    received_at: TEST_TIME,
    index: 0,
    message_id: '',
    code: 'test',
    path: '/event',
    message: 'no',
    raw: '{}',
    ...given,
  }
}

export function countRow(given: Partial<CountRow> = {}): CountRow {
  return { source_id: 'web', hour: hourOf(TEST_TIME), received: 0, deduplicated: 0, rejected: 0, suppressed: 0, ...given }
}

/** A request of one source at one time, counted as the edge counts it. */
export function testFrame(
  ids: readonly string[],
  more: {
    rejected?: number
    deduplicated?: number
    suppressed?: number
    at?: number
    source?: string
    /** What the events have besides their ids. */
    event?: (messageId: string) => object
  } = {},
): Frame {
  const { rejected = 0, deduplicated = 0, suppressed = 0, at = TEST_TIME, source = 'web', event = () => ({}) } = more
  const events = ids.map(messageId => ({ type: 'track', event: 'Tested', anonymousId: 'anon-1', messageId, ...event(messageId) }))
  return {
    request: events.length === 0 ? null : keptRequest(events, { at, source }),
    rejected: Array.from({ length: rejected }, (_, index) => rejectedRow({ index, received_at: at, source_id: source })),
    counts: [
      countRow({
        source_id: source,
        hour: hourOf(at),
        received: ids.length + rejected + deduplicated + suppressed,
        rejected,
        deduplicated,
        suppressed,
      }),
    ],
  }
}

/** Events of one request as the edge keeps them. */
export function keptRequest(events: readonly object[], { at = TEST_TIME, source = 'web' } = {}): KeptRequest {
  return {
    body: Buffer.from(JSON.stringify({ batch: events })),
    events: events.length,
    facts: { source, trust: 'browser', receivedAt: at, userAgent: '', isHistorical: false },
  }
}

export function hourOf(ms: number): number {
  return Math.floor(ms / 3_600_000) * 3_600_000
}
