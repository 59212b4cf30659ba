import type { Database } from '../db/open.ts'
import { rows, sqlFile, sqlTime } from '../db/query.ts'
import { type Identifier, keyOf } from '../identity/ids.ts'
import { badCursor, readCursor, writeCursor } from './cursor.ts'
import { personCards, personName, profilesOf } from './people.ts'
import type { Page, TimelineEvent } from './shapes.ts'
import { DAY_MS } from './times.ts'

export interface TimelineQuery {
  readonly accountId: string
  readonly limit: number
  readonly cursor: string | undefined
}

interface EventRow {
  readonly message_id: string
  readonly source_id: string
  readonly client_seq: number
  readonly segment_id: string
  readonly segment_index: number
  readonly at: number
  readonly received_at: number
  readonly type: string
  readonly event: string
  readonly title: string
  readonly url: string
  readonly path: string
  readonly referrer: string
  readonly channel: string
  readonly is_bot: number
  readonly bot_reason: string
  readonly properties: string
  readonly node_type: string
  readonly node: string
}

type TimelineParams = {
  readonly account_id: string
  readonly received_from: string
  readonly received_to: string
  readonly from: string
  readonly before_at: string
  readonly before_seq: number
  readonly before_received: string
  readonly before_index: number
  readonly before_segment: string
  readonly limit: number
}

export const timelineQuery = sqlFile<TimelineParams, EventRow>('account_timeline')

/** Newest first, so most pages are full after the first span; an old account costs two more looks. */
const SPANS_DAYS = [32, 256, 100_000]
/** After every stored time, and a day that the sort key can hold. */
const LATEST = Date.UTC(2149, 0, 1)
const NO_SEGMENT = '00000000-0000-0000-0000-000000000000'
const SEGMENT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** One page of an account's events with their people; the anonymous history of its people is part of it, at its original times. */
export async function readTimeline(db: Database, now: number, query: TimelineQuery): Promise<Page<TimelineEvent>> {
  const [at, seq, received, index, segment] = readCursor('timeline', query.cursor, [0, 0, 0, 0, '']) ?? [LATEST - 1, 0, 0, 0, NO_SEGMENT]
  if (!SEGMENT_ID.test(segment)) throw badCursor()
  const found = await newestEvents(db, { at, seq, received, index, segment, now, accountId: query.accountId, limit: query.limit + 1 })
  const page = found.slice(0, query.limit)
  const last = page.at(-1)
  return {
    data: await withPeople(db, page),
    nextCursor:
      found.length > query.limit && last !== undefined
        ? writeCursor('timeline', [last.at, last.client_seq, last.received_at, last.segment_index, last.segment_id])
        : null,
  }
}

interface Place {
  readonly at: number
  readonly seq: number
  readonly received: number
  readonly index: number
  readonly segment: string
  readonly now: number
  readonly accountId: string
  readonly limit: number
}

async function newestEvents(db: Database, place: Place): Promise<EventRow[]> {
  let found: EventRow[] = []
  for (const days of SPANS_DAYS) {
    const from = Math.max(0, Math.min(place.at, place.now) - days * DAY_MS)
    found = await rows(db.reader, timelineQuery, {
      account_id: place.accountId,
      from: sqlTime(from),
      // Nothing is received before it happened, clocks aside: every copy of these events is in this window.
      received_from: sqlTime(Math.max(0, from - DAY_MS)),
      received_to: sqlTime(LATEST),
      before_at: sqlTime(place.at),
      before_seq: place.seq,
      before_received: sqlTime(place.received),
      before_index: place.index,
      before_segment: place.segment,
      limit: place.limit,
    })
    if (found.length >= place.limit || from === 0) break
  }
  return found
}

async function withPeople(db: Database, page: readonly EventRow[]): Promise<TimelineEvent[]> {
  const nodes = page.map((row): Identifier => ({ type: row.node_type, value: row.node }))
  const profiles = await profilesOf(db, nodes)
  const cards = await personCards(db, [...profiles.values()])
  return page.map((row, index) => {
    const identifier = nodes[index] ?? { type: row.node_type, value: row.node }
    const profileId = profiles.get(keyOf(identifier)) ?? null
    return {
      messageId: row.message_id,
      source: row.source_id,
      at: new Date(row.at).toISOString(),
      receivedAt: new Date(row.received_at).toISOString(),
      type: row.type,
      event: row.event,
      title: row.title,
      url: row.url,
      path: row.path,
      referrer: row.referrer,
      channel: row.channel,
      isBot: row.is_bot === 1,
      botReason: row.bot_reason,
      properties: jsonObject(row.properties),
      person: {
        profileId,
        identifier,
        label: (profileId === null ? undefined : cards.get(profileId)?.label) ?? personName(row.node, undefined),
      },
    }
  })
}

/** Stored JSON text as an object; `{}` for '', for anything that is not an object, and for what cannot be read. */
export function jsonObject(text: string): Record<string, unknown> {
  if (text === '') return {}
  const value = parsed(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // One event that was stored broken must not hide all the others of its account.
    return null
  }
}
